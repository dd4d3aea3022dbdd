package io.ghostmap.report;

import java.util.List;

/**
 * The services that are sent elsewhere than the current generation says.
 *
 * @param named whether a reverse hook names the peer of any of them
 */
record ServiceTable(ReportModel.BlastRadius radius, boolean named, List<Row> rows, int further) {
    /** Only the JSON form has more rows than these. */
    private static final int MAX_ROWS = 200;

    /**
     * One frontend at one hook.
     *
     * @param seen whether the capture has SYNs to where it is sent
     */
    record Row(
            String frontend,
            String service,
            String attachType,
            String cgroup,
            List<String> outcome,
            List<String> expected,
            List<PeerNames> peerNames,
            long observedSyns,
            boolean seen) {}

    /** What the application learns about its peer at one reverse hook. */
    record PeerNames(String attachType, List<Name> names) {}

    record Name(String name, String meaning) {}

    static ServiceTable of(ReportModel model) {
        List<ReplayAccount> affected = model.affected();
        return new ServiceTable(
                model.blastRadius(),
                affected.stream().anyMatch(account -> !account.peerNames().isEmpty()),
                affected.stream().limit(MAX_ROWS).map(ServiceTable::row).toList(),
                Math.max(0, affected.size() - MAX_ROWS));
    }

    private static Row row(ReplayAccount account) {
        return new Row(
                account.replay().frontend().toString(),
                account.service().orElse(""),
                account.replay().hook().attachType().shortName(),
                account.replay().hook().cgroup(),
                account.texts(account.replay().outcome()),
                account.texts(account.replay().expected()),
                account.peerNames().stream().map(ServiceTable::peerNames).toList(),
                account.observedSyns(),
                account.observedSyns() > 0);
    }

    private static PeerNames peerNames(PeerNameAccount account) {
        return new PeerNames(
                account.peer().hook().attachType().shortName(),
                account.names().stream()
                        .map(name -> new Name(
                                name.name().text().plain(), name.tells().meaning()))
                        .toList());
    }
}
