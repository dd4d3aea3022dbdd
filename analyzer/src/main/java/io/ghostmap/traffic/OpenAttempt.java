package io.ghostmap.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An attempt while its capture is read. */
final class OpenAttempt {
    private static final int MOST_FRAMES = 12;
    private static final int MOST_PASSAGES = 16;

    /** Frames of one SYN on two interfaces lie microseconds apart, retransmissions 200 ms and more. */
    private static final long COPY_WINDOW_NANOS = 100_000_000L;

    /** A queue between two interfaces can hold it longer; then the IPv4 id tells. No SYN is sent again within this. */
    private static final long QUEUED_WINDOW_NANOS = 900_000_000L;

    /** A capture that goes on this long behind the last SYN without a reply shows silence. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    /** Sendings of one SYN that are told apart; Linux gives up after 7. */
    private static final int MOST_EARLIER = 15;

    private static final long NEVER = Long.MAX_VALUE;

    /** What ended the connection first. */
    private enum Abort {
        NONE,
        BY_CLIENT,
        BY_SERVER
    }

    /** One sending of the SYN, by the frame of it that was read first. */
    private record Sending(long nanos, int identification, Passage passage) {
        /** Copies share the IPv4 id, which is 0 for IPv6 and with some stacks; at one place there are none. */
        boolean covers(IpPacket packet, long at, Passage where) {
            long apart = Math.abs(at - nanos);
            boolean sameId = packet.identification() == identification;
            if (apart <= COPY_WINDOW_NANOS) {
                return sameId || !where.equals(passage);
            }
            return apart <= QUEUED_WINDOW_NANOS && sameId && identification != 0 && !where.equals(passage);
        }
    }

    private final int flow;
    private final int previous;
    private final int sequence;
    private final List<FrameRef> frames = new ArrayList<>(1);
    private final List<Passage> passages = new ArrayList<>(1);
    private int payload;
    private int syns;
    private int transmissions;
    private Optional<Sending> latest = Optional.empty();
    private List<Sending> earlier = List.of();
    private long firstNanos;
    private long lastNanos;
    private Reply reply = Reply.UNKNOWN;
    private long replyNanos = NEVER;
    private Optional<FrameRef> replyFrame = Optional.empty();
    private boolean clientClosed;
    private boolean serverClosed;
    private long clientResetNanos = NEVER;
    private long serverResetNanos = NEVER;

    /** {@code previous} is the ordinal of the attempt before on the same flow, or {@link KeyIndex#ABSENT}. */
    OpenAttempt(int flow, int previous, int sequence, long nanos) {
        this.flow = flow;
        this.previous = previous;
        this.sequence = sequence;
        this.firstNanos = nanos;
        this.lastNanos = nanos;
    }

    /** Files may be read in any order, so that a SYN can be earlier than those before it. */
    void addSyn(IpPacket packet, String file, Frame frame, Passage passage) {
        syns++;
        if (!isCopy(packet, frame.nanos(), passage)) {
            transmissions++;
            keepLatest(new Sending(frame.nanos(), packet.identification(), passage));
        }
        payload = Math.max(payload, packet.payload());
        firstNanos = Math.min(firstNanos, frame.nanos());
        lastNanos = Math.max(lastNanos, frame.nanos());
        if (frames.size() < MOST_FRAMES) {
            frames.add(new FrameRef(file, frame.number()));
        }
        if (passages.size() < MOST_PASSAGES && !passages.contains(passage)) {
            passages.add(passage);
        }
    }

    private boolean isCopy(IpPacket packet, long nanos, Passage passage) {
        return (latest.isPresent() && latest.get().covers(packet, nanos, passage))
                || earlier.stream().anyMatch(sending -> sending.covers(packet, nanos, passage));
    }

    private void keepLatest(Sending sending) {
        if (latest.isPresent() && earlier.size() < MOST_EARLIER) {
            earlier = earlier.isEmpty() ? new ArrayList<>(2) : earlier;
            earlier.add(latest.get());
        }
        latest = Optional.of(sending);
    }

    /** Whether that number acknowledges this SYN: itself, and with TCP Fast Open also its data (RFC 7413). */
    boolean isAcknowledgedBy(int acknowledgement) {
        return Integer.compareUnsigned(acknowledgement - sequence - 1, payload) <= 0;
    }

    /** The earlier of SYN-ACK and RST counts; an ICMP error only where neither came. */
    void settle(Reply with, String file, long frame, long nanos) {
        boolean sooner = nanos < replyNanos && (with != Reply.UNREACHABLE || reply == Reply.UNREACHABLE);
        boolean outweighs = reply == Reply.UNREACHABLE && with != Reply.UNREACHABLE;
        if (reply == Reply.UNKNOWN || outweighs || sooner) {
            reply = with;
            replyNanos = nanos;
            replyFrame = Optional.of(new FrameRef(file, frame));
        }
    }

    void close(boolean byClient) {
        clientClosed |= byClient;
        serverClosed |= !byClient;
    }

    void abort(boolean byClient, long nanos) {
        if (byClient) {
            clientResetNanos = Math.min(clientResetNanos, nanos);
        } else {
            serverResetNanos = Math.min(serverResetNanos, nanos);
        }
    }

    /** A RST of the server ends a connection only behind its answer. */
    private Abort abort() {
        boolean byServer = serverResetNanos != NEVER && serverResetNanos >= replyNanos;
        if (clientResetNanos == NEVER) {
            return byServer ? Abort.BY_SERVER : Abort.NONE;
        }
        return byServer && serverResetNanos < clientResetNanos ? Abort.BY_SERVER : Abort.BY_CLIENT;
    }

    /** {@code lossy}: packets were lost, so that silence proves nothing. */
    Reply reply(long endNanos, boolean lossy) {
        boolean watched = transmissions > 1 || endNanos - lastNanos >= SILENCE_NANOS;
        return reply == Reply.UNKNOWN && watched && !lossy ? Reply.NONE : reply;
    }

    /** {@code seesCloses}: the capture's filter let more than the openings through. */
    Optional<ConnectionState> state(boolean seesCloses) {
        if (reply == Reply.ANSWERED) {
            return seesCloses || abort() != Abort.NONE ? Optional.of(established()) : Optional.empty();
        }
        if (reply == Reply.REFUSED) {
            return Optional.of(ConnectionState.REJ);
        }
        if (abort() == Abort.BY_CLIENT) {
            return Optional.of(ConnectionState.RSTOS0);
        }
        return Optional.of(clientClosed ? ConnectionState.SH : ConnectionState.S0);
    }

    private ConnectionState established() {
        if (clientClosed && serverClosed) {
            return ConnectionState.SF;
        }
        return switch (abort()) {
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

    Optional<FrameRef> replyFrame() {
        return replyFrame;
    }

    List<FrameRef> frames() {
        return frames;
    }

    List<Passage> passages() {
        return passages;
    }
}
