package io.ghostmap.traffic;

/**
 * A segment, or an ICMP error, that may have answered or ended an attempt of its flow.
 *
 * @param kind what it is, by its flags
 * @param fromClient whether it came from the side whose SYNs make the flow; an ICMP error quotes that side
 * @param sequence its own number; of an ICMP error the number that it quotes
 * @param file the ordinal of its file, in the order of reading
 * @param position how far into the file it lies, see {@link Frame#position()}
 */
record Segment(
        Kind kind,
        boolean fromClient,
        int sequence,
        int acknowledgment,
        long nanos,
        int file,
        long frame,
        long position) {
    /** A frame on two interfaces of a node is captured twice, microseconds apart. */
    private static final long COPY_WINDOW_NANOS = 100_000_000L;

    enum Kind {
        SYN_ACK,
        RESET,
        /** With ACK, as a closed port answers a SYN (RFC 9293, 3.10.7.1). */
        RESET_WITH_ACK,
        FIN,
        /** An ICMP error that refuses. */
        UNREACHABLE
    }

    static Segment of(Kind kind, boolean fromClient, IpPacket packet, int file, Frame frame) {
        return new Segment(
                kind,
                fromClient,
                packet.sequence(),
                packet.acknowledgment(),
                frame.nanos(),
                file,
                frame.number(),
                frame.position());
    }

    Segment from(boolean client) {
        return new Segment(kind, client, sequence, acknowledgment, nanos, file, frame, position);
    }

    /** Whether a closed port sent it: such a RST has no number of its own, and belongs to no connection. */
    boolean comesFromClosedPort() {
        return kind == Kind.RESET_WITH_ACK && sequence == 0;
    }

    /** Whether it is the same packet at another interface, or sent again at once: it then says nothing new. */
    boolean repeats(Segment other) {
        return kind == other.kind
                && fromClient == other.fromClient
                && sequence == other.sequence
                && acknowledgment == other.acknowledgment
                && Math.abs(nanos - other.nanos) <= COPY_WINDOW_NANOS;
    }
}
