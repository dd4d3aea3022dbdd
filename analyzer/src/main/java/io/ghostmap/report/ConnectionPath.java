package io.ghostmap.report;

import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Replay;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The path of one connection: the verdict's finding has it as its example; if it has none, it is one to the frontend from
 * which most of the captured SYNs came, affected ones first.
 *
 * @param wire the destinations that the capture shows and that this connection can have
 * @param others the hooks of the same type that have programs, if none runs for this connection
 */
record ConnectionPath(ReplayAccount account, List<DestinationAccount> wire, boolean anySyn, List<Hook> others) {

    private static final Comparator<ReplayAccount> CLEARNESS =
            Comparator.comparing(ReplayAccount::affected).thenComparingLong(ReplayAccount::observedSyns);

    static Optional<ConnectionPath> of(ReportModel model) {
        Optional<Replay> example = model.headline().flatMap(finding -> finding.example());
        List<ReplayAccount> named = model.replays().stream()
                .filter(account -> example.filter(account.replay()::equals).isPresent())
                .toList();
        return clearest(named.isEmpty() ? model.replays() : named).map(account -> of(model, account));
    }

    /** The first of equals, as in the report's summary; one with backends in the current generation comes first. */
    private static Optional<ReplayAccount> clearest(List<ReplayAccount> accounts) {
        return accounts.stream().max(CLEARNESS).flatMap(top -> {
            List<ReplayAccount> alike = accounts.stream()
                    .filter(account -> CLEARNESS.compare(account, top) == 0)
                    .toList();
            return alike.stream()
                    .filter(ConnectionPath::hasBackendsInTheCurrentGeneration)
                    .findFirst()
                    .or(() -> alike.stream().findFirst());
        });
    }

    /** A service that still exists makes a clearer drawing than one that only the old generation has. */
    private static boolean hasBackendsInTheCurrentGeneration(ReplayAccount account) {
        return account.replay().expected().stream().noneMatch(account::isUntranslated);
    }

    private static ConnectionPath of(ReportModel model, ReplayAccount account) {
        return new ConnectionPath(
                account,
                model.destinations().stream()
                        .filter(destination ->
                                account.replay().outcome().contains(new Disposition.Connects(destination.endpoint())))
                        .toList(),
                !model.destinations().isEmpty(),
                model.incident().hooks().stream()
                        .filter(hook ->
                                hook.attachType() == account.replay().hook().attachType())
                        .toList());
    }
}
