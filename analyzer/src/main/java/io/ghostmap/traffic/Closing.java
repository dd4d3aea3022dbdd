package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The tables at the end of all captures: nothing is added to them any more, and values can be made of them. */
final class Closing {
    /** A SYN that a client sends this soon after the answer passed can have crossed it on the way. */
    private static final long IN_FLIGHT_NANOS = 200_000_000L;

    private final AttemptTable table;
    private final InterfaceNames interfaces;
    private final CaptureEnd end;
    private final Comparator<FrameRef> frameOrder;
    private final Rewrites rewrites;
    private final Settlement settlement;

    Closing(AttemptTable table, InterfaceNames interfaces, CaptureEnd end, Comparator<FrameRef> frameOrder) {
        this.table = table;
        this.interfaces = interfaces;
        this.end = end;
        this.frameOrder = frameOrder;
        this.rewrites = new Rewrites(table);
        this.settlement = new Settlement(table, end);
    }

    /** In the order of most SYNs, then of address. */
    List<Destination> destinations() {
        List<Destination> all = new ArrayList<>();
        for (int ordinal = 0; ordinal < table.servers().size(); ordinal++) {
            AttemptTable.Server server = table.servers().get(ordinal);
            Endpoint endpoint = FlowKey.endpoint(table.serverKey(ordinal));
            all.add(new Destination(
                    endpoint,
                    new Attempts(endpoint, inTimeOrder(server.attempts()), this),
                    server.tail(),
                    server.sample()));
        }
        all.sort((one, other) -> {
            int bySyns = Long.compare(other.syns(), one.syns());
            return bySyns != 0 ? bySyns : one.endpoint().compareTo(other.endpoint());
        });
        return List.copyOf(all);
    }

    /** Those of one file are so already, whatever its clock did. */
    private List<OpenAttempt> inTimeOrder(List<OpenAttempt> attempts) {
        return table.files().size() == 1
                ? attempts
                : attempts.stream()
                        .sorted(Comparator.comparingLong(OpenAttempt::firstNanos))
                        .toList();
    }

    /** The order of frames in time, across files. */
    Comparator<FrameRef> frameOrder() {
        return frameOrder;
    }

    AttemptTable table() {
        return table;
    }

    InterfaceNames interfaces() {
        return interfaces;
    }

    /** Silence is a reply if it was watched for long enough and nothing can have been missed. */
    Reply reply(OpenAttempt attempt) {
        Course course = settlement.course(attempt);
        boolean silent = course.reply() == Reply.UNKNOWN && !course.serverSpoke() && attempt.isWatched(end);
        return silent
                        && !end.hidesRepliesTo(
                                FlowKey.client(table.flowKey(attempt)).address())
                ? Reply.NONE
                : course.reply();
    }

    boolean isWatched(OpenAttempt attempt) {
        return attempt.isWatched(end);
    }

    Optional<ConnectionState> state(OpenAttempt attempt) {
        return settlement.course(attempt).state(end.seesCloses());
    }

    /** What settled the reply. */
    Optional<Segment> settledBy(OpenAttempt attempt) {
        return settlement.course(attempt).settledBy();
    }

    /** Sendings of the SYN after its answer had passed. */
    int repeats(OpenAttempt attempt) {
        return settlement
                .course(attempt)
                .firstAnswer()
                .map(answer -> attempt.transmissions() - attempt.sendingsUntil(answer.nanos() + IN_FLIGHT_NANOS))
                .orElse(0);
    }

    Optional<Rewrite> rewrite(OpenAttempt attempt) {
        return rewrites.of(attempt);
    }
}
