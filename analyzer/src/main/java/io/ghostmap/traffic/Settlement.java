package io.ghostmap.traffic;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Gives the segments of each flow to its attempts, once all files have been read. Numbers decide to which attempt a
 * segment belongs and whether it counts at all; times decide only what numbers leave open, because merged captures can
 * have them out of order.
 */
final class Settlement {
    /** Attempts of one flow, before and after a segment's time, that it is compared with. */
    private static final int MAX_COMPARED = 16;

    /** Every number is within reach of any other. */
    private static final long ALL_NUMBERS = 1L << 32;

    /** No connection sends faster than 100 Gbit/s. */
    private static final long MAX_BYTES_PER_80_NANOS = 1_000;

    /** A window without scaling: slack for frames that the capture lacks. */
    private static final long WINDOW = 65_535;

    /** The distance of a segment from an attempt that it does not belong to. */
    private static final long NONE = -1;

    private final AttemptTable table;
    private final CaptureEnd end;
    private final BitSet settled = new BitSet();

    Settlement(AttemptTable table, CaptureEnd end) {
        this.table = table;
        this.end = end;
    }

    /**
     * What became of the attempt. A report looks at few of a large capture, so that flows are settled one by one; rules that
     * run beside each other can ask for the same.
     */
    synchronized Course course(OpenAttempt attempt) {
        if (!settled.get(attempt.flow())) {
            settle(table.attemptsOf(attempt.flow()), table.segments().ofFlow(attempt.flow()));
            settled.set(attempt.flow());
        }
        return attempt.course();
    }

    /** Attempts and segments are in the order of time. */
    private void settle(List<OpenAttempt> attempts, List<Segment> segments) {
        segments.forEach(segment -> reply(attempts, segment));
        segments.forEach(segment -> end(replied(attempts, segment).map(List::of).orElse(attempts), segment));
    }

    private void reply(List<OpenAttempt> attempts, Segment segment) {
        if (segment.kind() == Segment.Kind.RESET && segment.fromClient()) {
            near(attempts, segment).forEach(attempt -> attempt.course().turnDown(segment));
        }
        replied(attempts, segment).ifPresent(attempt -> {
            int sending = attempt.sendingsUntil(segment.nanos());
            switch (segment.kind()) {
                case SYN_ACK -> attempt.begun().answer(segment, sending);
                case UNREACHABLE -> attempt.begun().unreachable(segment, sending);
                case RESET_WITH_ACK -> attempt.begun().refuse(segment, sending, goesOnFromAnswer(attempt, segment));
                case RESET, FIN -> {}
            }
        });
    }

    /** The attempt to whose SYN the segment replies. A RST without ACK does to none: a client in SYN-SENT drops it. */
    private static Optional<OpenAttempt> replied(List<OpenAttempt> attempts, Segment segment) {
        return switch (segment.kind()) {
            case SYN_ACK, RESET_WITH_ACK ->
                segment.fromClient()
                        ? Optional.empty()
                        : closest(
                                attempts,
                                segment,
                                attempt -> attempt.isAcknowledgedBy(segment.acknowledgment()) ? 0 : NONE);
            case UNREACHABLE ->
                closest(attempts, segment, attempt -> attempt.sequence() == segment.sequence() ? 0 : NONE);
            case RESET, FIN -> Optional.empty();
        };
    }

    private boolean goesOnFromAnswer(OpenAttempt attempt, Segment reset) {
        return attempt.course()
                .answer()
                .filter(synAck -> !reset.comesFromClosedPort()
                        && isWithin(reset.sequence(), synAck.sequence(), reach(attempt, reset)))
                .isPresent();
    }

    /** A close or a reset of an attempt, or one that shows that the capture lacks the answer to it. */
    private void end(List<OpenAttempt> attempts, Segment segment) {
        Optional<OpenAttempt> ended = switch (segment.kind()) {
            case RESET, RESET_WITH_ACK -> closest(attempts, segment, attempt -> ofReset(attempt, segment));
            case FIN -> closest(attempts, segment, attempt -> ofFin(attempt, segment));
            case SYN_ACK, UNREACHABLE -> Optional.empty();
        };
        ended.ifPresent(attempt -> {
            boolean answered = attempt.course().answer().isPresent();
            if (!answered && !segment.fromClient()) {
                attempt.begun().speak();
            } else if (segment.kind() == Segment.Kind.FIN) {
                attempt.begun().close(segment.fromClient());
            } else {
                attempt.begun().abort(segment.fromClient());
            }
        });
    }

    /** A RST ends a connection if its number is one that its sender can have reached (RFC 9293, 3.5.3). */
    private long ofReset(OpenAttempt attempt, Segment reset) {
        long reach = reach(attempt, reset);
        Optional<Segment> answer = attempt.course().answer();
        if (reset.fromClient()) {
            boolean counts = reset.nanos() >= attempt.lastNanos()
                    && answer.map(synAck -> isAfter(reset, synAck, reach)).orElse(true);
            long most = answer.isPresent() ? reach : attempt.payload();
            return counts ? distance(reset.sequence(), attempt.sequence(), most) : NONE;
        }
        if (answer.isEmpty()) {
            boolean acknowledgesMore =
                    reset.kind() == Segment.Kind.RESET_WITH_ACK && !attempt.isAcknowledgedBy(reset.acknowledgment());
            return acknowledgesMore ? distance(reset.acknowledgment(), attempt.sequence(), reach) : NONE;
        }
        boolean counts =
                !reset.comesFromClosedPort() && reset.nanos() >= answer.get().nanos();
        return counts ? distance(reset.sequence(), answer.get().sequence(), reach) : NONE;
    }

    /** By the clock, or because it acknowledges what the SYN-ACK began. */
    private static boolean isAfter(Segment reset, Segment synAck, long reach) {
        return reset.nanos() >= synAck.nanos()
                || (reset.kind() == Segment.Kind.RESET_WITH_ACK
                        && isWithin(reset.acknowledgment(), synAck.sequence(), reach));
    }

    /** A FIN closes a connection if both its numbers are ones that the two sides can have reached. */
    private long ofFin(OpenAttempt attempt, Segment fin) {
        long reach = reach(attempt, fin);
        int ofClient = fin.fromClient() ? fin.sequence() : fin.acknowledgment();
        int ofServer = fin.fromClient() ? fin.acknowledgment() : fin.sequence();
        boolean fits = attempt.course()
                .answer()
                .map(synAck -> isWithin(ofServer, synAck.sequence(), reach))
                .orElse(true);
        return fits ? distance(ofClient, attempt.sequence(), reach) : NONE;
    }

    /** How far the number is after that of the SYN, or {@link #NONE} beyond the reach. */
    private static long distance(int number, int first, long reach) {
        return isWithin(number, first, reach) ? Integer.toUnsignedLong(number - first) : NONE;
    }

    /** The SYN takes a number itself, and some stacks do not count it. */
    private static boolean isWithin(int number, int first, long reach) {
        return Integer.toUnsignedLong(number - first) <= reach + 1;
    }

    /**
     * How many bytes either side can have sent between the SYN and the segment: no more than the time allows, and if the
     * capture holds whole connections, hardly more than lie in it between the two.
     */
    private long reach(OpenAttempt attempt, Segment segment) {
        long sent = end.isTimed(segment.file())
                ? sentWithin(Math.max(0, segment.nanos() - attempt.firstNanos()))
                : ALL_NUMBERS;
        if (end.holdsAll(segment.file(), attempt.firstFile())) {
            long from = end.position(attempt.firstFile(), attempt.position());
            long to = end.position(segment.file(), segment.position());
            sent = Math.min(sent, 2 * Math.max(0, to - from));
        }
        return WINDOW + sent;
    }

    private static long sentWithin(long nanos) {
        return nanos >= ALL_NUMBERS ? ALL_NUMBERS : nanos * MAX_BYTES_PER_80_NANOS / 80;
    }

    /**
     * The attempt at the least distance; of several the one that began last before the segment.
     *
     * @param distance negative for an attempt that the segment does not belong to
     */
    private static Optional<OpenAttempt> closest(
            List<OpenAttempt> attempts, Segment segment, ToLongFunction<OpenAttempt> distance) {
        Optional<OpenAttempt> closest = Optional.empty();
        long least = Long.MAX_VALUE;
        for (OpenAttempt attempt : near(attempts, segment)) {
            long found = distance.applyAsLong(attempt);
            boolean asClose = found == least && attempt.firstNanos() <= segment.nanos();
            if (found != NONE && (found < least || asClose)) {
                least = found;
                closest = Optional.of(attempt);
            }
        }
        return closest;
    }

    /** Those that a segment is compared with: a flow of a hundred thousand attempts costs no more than others. */
    private static List<OpenAttempt> near(List<OpenAttempt> attempts, Segment segment) {
        int later = firstAfter(attempts, segment.nanos());
        return attempts.subList(Math.max(0, later - MAX_COMPARED), Math.min(attempts.size(), later + MAX_COMPARED));
    }

    /** The place of the first attempt that began after that time. */
    private static int firstAfter(List<OpenAttempt> attempts, long nanos) {
        int low = 0;
        int high = attempts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (attempts.get(middle).firstNanos() <= nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
