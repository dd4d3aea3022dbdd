package io.ghostmap.traffic;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds pairs of attempts that are one SYN before and after an address translation: the same sequence number within
 * microseconds, and one of the two sides unchanged.
 */
final class Rewrites {
    /** Copies on two interfaces of a node were measured 22 to 160 µs apart. */
    private static final long WINDOW_NANOS = 5_000_000L;

    /** Attempts of one sequence number that are compared with each other. */
    private static final int MAX_COMPARED = 8;

    private final AttemptTable table;
    private final Map<OpenAttempt, Rewrite> found = new HashMap<>();

    Rewrites(AttemptTable table) {
        this.table = table;
        List<OpenAttempt> attempts = table.attempts();
        long[] sorted = sortedBySequence(attempts);
        for (int i = 0; i < sorted.length; i++) {
            OpenAttempt first = attempts.get((int) sorted[i]);
            for (int j = i + 1; j < sorted.length && j <= i + MAX_COMPARED; j++) {
                OpenAttempt second = attempts.get((int) sorted[j]);
                if (second.sequence() != first.sequence()) {
                    break;
                }
                if (Math.abs(second.firstNanos() - first.firstNanos()) <= WINDOW_NANOS) {
                    compare(first, second);
                }
            }
        }
    }

    /** Sequence number in the upper half, ordinal in the lower: sorted without an object each. */
    private static long[] sortedBySequence(List<OpenAttempt> attempts) {
        long[] sorted = new long[attempts.size()];
        for (int ordinal = 0; ordinal < sorted.length; ordinal++) {
            sorted[ordinal] = (long) attempts.get(ordinal).sequence() << 32 | ordinal;
        }
        Arrays.sort(sorted);
        return sorted;
    }

    private void compare(OpenAttempt first, OpenAttempt second) {
        byte[] one = table.flowKey(first);
        byte[] other = table.flowKey(second);
        if (one.length == other.length && (sameSide(one, other, true) || sameSide(one, other, false))) {
            found.putIfAbsent(first, rewrite(other));
            found.putIfAbsent(second, rewrite(one));
        }
    }

    /** Whether address and port of the clients, or of the servers, are equal. */
    private static boolean sameSide(byte[] one, byte[] other, boolean client) {
        int length = (one.length - 4) / 2;
        int address = client ? 0 : length;
        int port = 2 * length + (client ? 0 : 2);
        return Arrays.equals(one, address, address + length, other, address, address + length)
                && Arrays.equals(one, port, port + 2, other, port, port + 2);
    }

    private static Rewrite rewrite(byte[] flow) {
        return new Rewrite(FlowKey.client(flow), FlowKey.serverOf(flow));
    }

    Optional<Rewrite> of(OpenAttempt attempt) {
        return Optional.ofNullable(found.get(attempt));
    }
}
