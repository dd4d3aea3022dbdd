package io.ghostmap.traffic;

import java.util.Optional;

/** An attempt while captures are read: numbers alone, since there can be a hundred thousand of them. */
final class OpenAttempt {
    private static final int MOST_FRAMES = 12;
    private static final int MOST_PASSAGES = 16;

    /** Frames of one SYN on two interfaces lie microseconds apart, retransmissions 200 ms and more. */
    private static final long COPY_WINDOW_NANOS = 100_000_000L;

    /** A capture that goes on this long behind the last SYN without a reply shows silence. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    /** What ended the connection first. */
    private enum Abort {
        NONE,
        BY_CLIENT,
        BY_SERVER
    }

    private final int flow;
    private final int previous;
    private final int sequence;
    private final long firstNanos;
    private int firstSighting = SightingLog.NONE;
    private int lastSighting = SightingLog.NONE;
    private int sightings;
    private int payload;
    private int syns;
    private int transmissions;
    private int identification;
    private int transmissionPassage;
    private long transmissionNanos;
    private long lastNanos;
    private Reply reply = Reply.UNKNOWN;
    private int replyFile;
    private long replyFrame;
    private boolean clientClosed;
    private boolean serverClosed;
    private Abort abort = Abort.NONE;

    /** {@code previous} is the ordinal of the attempt before on the same flow, or {@link KeyIndex#ABSENT}. */
    OpenAttempt(int flow, int previous, int sequence, long nanos) {
        this.flow = flow;
        this.previous = previous;
        this.sequence = sequence;
        this.firstNanos = nanos;
        this.lastNanos = nanos;
    }

    void addSyn(IpPacket packet, int file, Frame frame, int passage, SightingLog log) {
        syns++;
        if (transmissions == 0 || isSentAgain(packet, frame.nanos(), passage)) {
            transmissions++;
            transmissionNanos = frame.nanos();
            identification = packet.identification();
            transmissionPassage = passage;
        }
        payload = Math.max(payload, packet.payload());
        lastNanos = Math.max(lastNanos, frame.nanos());
        if (sightings < MOST_FRAMES || (sightings < MOST_FRAMES + MOST_PASSAGES && isNew(passage, log))) {
            lastSighting = log.add(lastSighting, file, frame.number(), passage);
            if (sightings++ == 0) {
                firstSighting = lastSighting;
            }
        }
    }

    /** Later than any copy; or at the same place under another IPv4 id, which copies share. */
    private boolean isSentAgain(IpPacket packet, long nanos, int passage) {
        return Math.abs(nanos - transmissionNanos) > COPY_WINDOW_NANOS
                || (packet.identification() != identification && passage == transmissionPassage);
    }

    private boolean isNew(int passage, SightingLog log) {
        for (int at = firstSighting; at != SightingLog.NONE; at = log.next(at)) {
            if (log.passage(at) == passage) {
                return false;
            }
        }
        return true;
    }

    /** Whether that number acknowledges this SYN: itself, and with TCP Fast Open also its data (RFC 7413). */
    boolean isAcknowledgedBy(int acknowledgement) {
        return Integer.compareUnsigned(acknowledgement - sequence - 1, payload) <= 0;
    }

    /** The first reply that settles the attempt stays, save that an answer outweighs an earlier ICMP error. */
    void settle(Reply with, int file, Frame frame) {
        if (reply == Reply.UNKNOWN || (reply == Reply.UNREACHABLE && with == Reply.ANSWERED)) {
            reply = with;
            replyFile = file;
            replyFrame = frame.number();
        }
    }

    void close(boolean byClient) {
        clientClosed |= byClient;
        serverClosed |= !byClient;
    }

    void abort(boolean byClient) {
        if (abort == Abort.NONE) {
            abort = byClient ? Abort.BY_CLIENT : Abort.BY_SERVER;
        }
    }

    boolean isAnswered() {
        return reply == Reply.ANSWERED;
    }

    Reply reply(CaptureEnd end) {
        boolean watched = transmissions > 1 || end.nanos() - lastNanos >= SILENCE_NANOS;
        return reply == Reply.UNKNOWN && watched && !end.lossy() ? Reply.NONE : reply;
    }

    Optional<ConnectionState> state(CaptureEnd end) {
        if (isAnswered()) {
            return end.seesCloses() || abort != Abort.NONE ? Optional.of(established()) : Optional.empty();
        }
        if (reply == Reply.REFUSED) {
            return Optional.of(ConnectionState.REJ);
        }
        if (abort == Abort.BY_CLIENT) {
            return Optional.of(ConnectionState.RSTOS0);
        }
        return Optional.of(clientClosed ? ConnectionState.SH : ConnectionState.S0);
    }

    private ConnectionState established() {
        if (clientClosed && serverClosed) {
            return ConnectionState.SF;
        }
        return switch (abort) {
            case BY_CLIENT -> ConnectionState.RSTO;
            case BY_SERVER -> ConnectionState.RSTR;
            case NONE -> clientClosed ? ConnectionState.S2 : serverClosed ? ConnectionState.S3 : ConnectionState.S1;
        };
    }

    int flow() {
        return flow;
    }

    int previous() {
        return previous;
    }

    int sequence() {
        return sequence;
    }

    int syns() {
        return syns;
    }

    int transmissions() {
        return transmissions;
    }

    long firstNanos() {
        return firstNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    /** The file's ordinal of {@link #replyFrame}. */
    int replyFile() {
        return replyFile;
    }

    /** The number of the frame that settled the reply; 0 when none did. */
    long replyFrame() {
        return replyFrame;
    }

    /** Where the chain of its sightings starts. */
    int firstSighting() {
        return firstSighting;
    }
}
