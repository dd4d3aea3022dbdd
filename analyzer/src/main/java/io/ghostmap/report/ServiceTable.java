package io.ghostmap.report;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * The services whose connections do not go where the current generation sends them.
 *
 * @param named whether the application's view of its peer is known for any of them
 */
record ServiceTable(ReportModel.BlastRadius radius, boolean named, List<Row> rows, int further) {
    /** Only the JSON form has more rows than these. */
    private static final int MAX_ROWS = 200;

    /**
     * One frontend at one hook.
     *
     * @param seen whether the capture has SYNs to the addresses to which it goes
     */
    record Row(
            Anchors.Listed frontend,
            Optional<Anchors.Unlinked> service,
            Text hook,
            List<Text> outcome,
            List<Text> expected,
            List<PeerNames> peerNames,
            long observedSyns,
            boolean seen) {}

    /** What the application learns about its peer at one reverse hook. */
    record PeerNames(Text hook, List<Text> names) {}

    static ServiceTable of(ReportModel model, Anchors anchors) {
        List<ReplayAccount> affected = model.affected();
        return new ServiceTable(
                model.blastRadius(),
                affected.stream().anyMatch(account -> !account.peerNames().isEmpty()),
                affected.stream()
                        .limit(MAX_ROWS)
                        .map(account -> row(account, anchors))
                        .toList(),
                Math.max(0, affected.size() - MAX_ROWS));
    }

    private static Row row(ReplayAccount account, Anchors anchors) {
        Term frontend = Terms.of(account.replay().frontend());
        Anchors.Listed listed = anchors.list(frontend);
        account.service().ifPresent(service -> anchors.alias(frontend, Terms.service(service)));
        return new Row(
                listed,
                account.service().map(Terms::service).map(Anchors.Unlinked::new),
                Text.of(
                        "{} {}",
                        Terms.of(account.replay().hook().attachType()),
                        Term.cgroup(account.replay().hook().cgroup())),
                account.texts(account.replay().outcome()),
                account.texts(account.replay().expected()),
                account.peerNames().stream().map(ServiceTable::peerNames).toList(),
                account.observedSyns(),
                account.observedSyns() > 0);
    }

    private static PeerNames peerNames(PeerNameAccount account) {
        return new PeerNames(
                Text.of(Terms.of(account.peer().hook().attachType())),
                account.names().stream().map(PeerNameAccount.Name::text).toList());
    }
}
