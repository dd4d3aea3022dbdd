package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the tables hold at the end of all captures, as values: silence is told from a window that was too short. */
final class Closing {
    private final AttemptTable table;
    private final InterfaceNames interfaces;
    private final Coverage coverage;
    private final boolean seesCloses;
    private final Rewrites rewrites;
    private final Comparator<ConnectionAttempt> byFirstFrame;

    /**
     * Ends all attempts.
     *
     * @param coverage what time was watched, and whether packets were lost
     * @param seesCloses whether the captures hold whole connections, not openings alone
     */
    Closing(AttemptTable table, InterfaceNames interfaces, Coverage coverage, boolean seesCloses) {
        this.table = table;
        this.interfaces = interfaces;
        this.coverage = coverage;
        this.seesCloses = seesCloses;
        this.rewrites = new Rewrites(table);
        this.byFirstFrame = Comparator.comparing(attempt -> attempt.frames().get(0), coverage.order());
    }

    List<Destination> destinations() {
        List<Destination> all = new ArrayList<>();
        for (int ordinal = 0; ordinal < table.servers().size(); ordinal++) {
            all.add(destination(
                    FlowKey.endpoint(table.serverKey(ordinal)), table.servers().get(ordinal)));
        }
        all.sort(Comparator.comparingLong(Destination::syns).reversed().thenComparing(Destination::endpoint));
        return List.copyOf(all);
    }

    private Destination destination(Endpoint endpoint, AttemptTable.Server server) {
        List<ConnectionAttempt> attempts = server.attempts().stream()
                .map(open -> attempt(endpoint, open))
                .sorted(byFirstFrame)
                .toList();
        return Destination.of(endpoint, attempts, server.tail(), server.sample());
    }

    private ConnectionAttempt attempt(Endpoint server, OpenAttempt open) {
        return new ConnectionAttempt(
                FlowKey.client(table.flowKey(open)),
                server,
                open.syns(),
                open.transmissions(),
                open.firstNanos(),
                open.lastNanos(),
                open.reply(coverage.endOf(open.frames()), coverage.lossy()),
                open.replyFrame(),
                open.state(seesCloses),
                rewrites.of(open),
                open.frames().stream().sorted(coverage.order()).toList(),
                open.passages().stream()
                        .sorted()
                        .map(passage -> passage.named(interfaces))
                        .filter(path -> !path.isEmpty())
                        .toList());
    }
}
