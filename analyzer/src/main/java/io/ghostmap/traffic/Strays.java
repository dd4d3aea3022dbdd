package io.ghostmap.traffic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Replies and ends whose SYN has not been read yet: where rotated files are not read in the order of time, it may stand
 * in one that comes later. They are tried again when all is read; bounded by {@link #MOST}. A RST without ACK waits here as
 * well: it names no attempt, and a later file may hold one that is nearer to it in time.
 */
final class Strays {
    /** Beyond them a reply that was read before its SYN stays without it. */
    static final int MOST = 20_000;

    /** What a segment or an ICMP error means to the attempt that it belongs to. */
    enum Kind {
        SYN_ACK,
        RESET,
        RESET_WITH_ACK,
        FIN,
        UNREACHABLE
    }

    /** One of them: its flow goes from its own source to its own destination. */
    static final class Stray {
        private final Kind kind;
        private final byte[] key;
        private final int number;
        private final int file;
        private final long frame;
        private final long nanos;

        /** {@code number} is what it acknowledges; for an ICMP error the sequence number that it quotes. */
        Stray(Kind kind, byte[] key, int number, int file, Frame frame) {
            this.kind = kind;
            this.key = key;
            this.number = number;
            this.file = file;
            this.frame = frame.number();
            this.nanos = frame.nanos();
        }

        Kind kind() {
            return kind;
        }

        byte[] key() {
            return key;
        }

        int number() {
            return number;
        }

        int file() {
            return file;
        }

        long frame() {
            return frame;
        }

        long nanos() {
            return nanos;
        }
    }

    private final List<Stray> all = new ArrayList<>();
    private boolean full;

    void add(Kind kind, byte[] key, int length, int number, int file, Frame frame) {
        if (hasRoom()) {
            all.add(new Stray(kind, Arrays.copyOf(key, length), number, file, frame));
        } else {
            full = true;
        }
    }

    boolean hasRoom() {
        return all.size() < MOST;
    }

    List<Stray> all() {
        return all;
    }

    /** Whether some were not kept. */
    boolean full() {
        return full;
    }
}
