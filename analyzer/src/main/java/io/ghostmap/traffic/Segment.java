package io.ghostmap.traffic;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A segment, or an ICMP error, that may have answered or ended an attempt of its flow. There can be a few for each of a
 * hundred thousand attempts, so it is linked to the one before it rather than listed.
 */
final class Segment {
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

    private final Kind kind;
    private final boolean fromClient;
    private final int sequence;
    private final int acknowledgment;
    private final long nanos;
    private final int file;
    private final long frame;
    private final long position;
    private final BitSet points = new BitSet();

    /** The one of its flow that was read before it. */
    private @Nullable Segment before;

    /**
     * Takes its numbers from the packet.
     *
     * @param fromClient whether it came from the side whose SYNs make the flow; an ICMP error quotes that side
     * @param file the ordinal of its file, in the order of reading
     * @param point the ordinal of the point where it passed
     */
    Segment(Kind kind, boolean fromClient, IpPacket packet, int file, Frame frame, int point) {
        this.kind = kind;
        this.fromClient = fromClient;
        this.sequence = packet.sequence();
        this.acknowledgment = packet.acknowledgment();
        this.nanos = frame.nanos();
        this.file = file;
        this.frame = frame.number();
        this.position = frame.position();
        this.points.set(point);
    }

    private Segment(Segment same, boolean fromClient) {
        this.kind = same.kind;
        this.fromClient = fromClient;
        this.sequence = same.sequence;
        this.acknowledgment = same.acknowledgment;
        this.nanos = same.nanos;
        this.file = same.file;
        this.frame = same.frame;
        this.position = same.position;
        this.points.or(same.points);
    }

    /** The same segment in the flow of the other direction. */
    Segment reversed() {
        return new Segment(this, !fromClient);
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

    /** Takes over where a copy of it passed. */
    void alsoPassed(Segment copy) {
        points.or(copy.points);
    }

    /** Ordinals of the points where it and its copies passed. */
    BitSet points() {
        return points;
    }

    void follow(@Nullable Segment other) {
        before = other;
    }

    @Nullable Segment before() {
        return before;
    }

    Kind kind() {
        return kind;
    }

    boolean fromClient() {
        return fromClient;
    }

    /** Its own number; of an ICMP error the number that it quotes. */
    int sequence() {
        return sequence;
    }

    int acknowledgment() {
        return acknowledgment;
    }

    long nanos() {
        return nanos;
    }

    int file() {
        return file;
    }

    long frame() {
        return frame;
    }

    /** How far into the file it lies, see {@link Frame#position()}. */
    long position() {
        return position;
    }
}
