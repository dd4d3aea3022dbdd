package io.ghostmap.traffic;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;

/**
 * Segments of flows without a SYN so far. It may come later, by a little if two captures were merged, and by much if
 * rotated files are not read in the order of time. The latest {@link #MAX_STRAYS} wait until all is read; replies and
 * ends wait apart, because a capture that begins in the middle of many connections is full of the latter.
 */
final class Strays {
    static final int MAX_STRAYS = 20_000;

    /** One of them; its flow goes from its own source to its own destination. */
    record Stray(ByteBuffer flow, Segment segment) {}

    private final byte[] key = new byte[IpPacket.MAX_KEY];
    private final Deque<Stray> replies = new ArrayDeque<>();
    private final Deque<Stray> ends = new ArrayDeque<>();
    private boolean full;

    void add(IpPacket packet, Segment segment) {
        boolean isReply = switch (segment.kind()) {
            case SYN_ACK, RESET_WITH_ACK, UNREACHABLE -> true;
            case RESET, FIN -> false;
        };
        Deque<Stray> waiting = isReply ? replies : ends;
        if (waiting.size() == MAX_STRAYS) {
            waiting.removeFirst();
            full |= isReply;
        }
        waiting.addLast(new Stray(ByteBuffer.wrap(Arrays.copyOf(key, packet.key(key))), segment));
    }

    /** In the order of reading, replies before ends. */
    Collection<Stray> all() {
        Deque<Stray> all = new ArrayDeque<>(replies);
        all.addAll(ends);
        return all;
    }

    /** Whether replies were given up. */
    boolean full() {
        return full;
    }
}
