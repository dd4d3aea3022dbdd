package io.ghostmap.traffic;

import java.util.Optional;

/**
 * What became of one attempt: the reply that its client finally experienced, and how the connection ended. It takes the
 * segments in the order of time, the replies before the ends; RFC 9293 says which of them a client takes.
 *
 * <p>Several replies can come to one attempt, since a client may send its SYN again after each of them. The one to the
 * latest sending that got any counts.
 */
final class Course {
    /** Of attempts that no segment belongs to; it is never changed. */
    static final Course NOTHING = new Course();

    /** Who aborted the connection first. */
    enum Abort {
        NONE,
        BY_CLIENT,
        BY_SERVER
    }

    private Reply reply = Reply.UNKNOWN;
    private Optional<Segment> settledBy = Optional.empty();

    /** The sending, counted from 1, to which the reply came. */
    private int sending;

    private Optional<Segment> firstAnswer = Optional.empty();

    /** The refusal that came before the answer to the same sending. */
    private Optional<Segment> refusedBefore = Optional.empty();

    private boolean serverSpoke;
    private boolean clientClosed;
    private boolean serverClosed;
    private Abort abort = Abort.NONE;

    /**
     * A SYN-ACK. A refusal of an earlier sending is no longer what the client experiences, and neither is one after which
     * the handshake completes: {@link #turnDown} undoes the latter.
     */
    void answer(Segment synAck, int toSending) {
        firstAnswer = firstAnswer.or(() -> Optional.of(synAck));
        if (reply != Reply.ANSWERED) {
            refusedBefore = reply == Reply.REFUSED && toSending == sending ? settledBy : Optional.empty();
            settle(Reply.ANSWERED, synAck, toSending);
        } else if (toSending > sending) {
            settledBy = Optional.of(synAck);
            sending = toSending;
        }
    }

    /**
     * A RST that acknowledges the SYN. After an answer it refuses only what the client sent again, and not if its own
     * number goes on from the answer's: then it aborts the connection.
     */
    void refuse(Segment reset, int toSending, boolean goesOnFromAnswer) {
        boolean settled = switch (reply) {
            case ANSWERED -> toSending == sending || goesOnFromAnswer;
            case REFUSED -> toSending == sending;
            case UNREACHABLE, UNKNOWN, NONE -> false;
        };
        if (!settled) {
            settle(Reply.REFUSED, reset, toSending);
        }
    }

    /** An ICMP error that quotes the SYN. What the server itself replied to the same sending outweighs it. */
    void unreachable(Segment error, int toSending) {
        if (reply == Reply.UNKNOWN || toSending > sending) {
            settle(Reply.UNREACHABLE, error, toSending);
        }
    }

    /** The client answered the SYN-ACK with a bare RST: it had taken the refusal before it, and its port was closed. */
    void turnDown(Segment clientReset) {
        boolean answersTheSynAck = settledBy
                .filter(synAck -> synAck.acknowledgment() == clientReset.sequence())
                .isPresent();
        if (refusedBefore.isPresent() && answersTheSynAck) {
            reply = Reply.REFUSED;
            settledBy = refusedBefore;
            refusedBefore = Optional.empty();
        }
    }

    private void settle(Reply with, Segment by, int toSending) {
        reply = with;
        settledBy = Optional.of(by);
        sending = toSending;
    }

    /** The server acknowledged more than the SYN, so that the capture lacks an answer. */
    void speak() {
        serverSpoke = true;
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

    /** {@link Reply#UNKNOWN} as long as nothing replied. */
    Reply reply() {
        return reply;
    }

    /** What settled the reply. */
    Optional<Segment> settledBy() {
        return settledBy;
    }

    /** The SYN-ACK that answered. */
    Optional<Segment> answer() {
        return reply == Reply.ANSWERED ? settledBy : Optional.empty();
    }

    /** The first SYN-ACK of all, also if the client experienced another reply in the end. */
    Optional<Segment> firstAnswer() {
        return firstAnswer;
    }

    /** Whether the server is known to have said more than the capture holds. */
    boolean serverSpoke() {
        return serverSpoke;
    }

    Optional<ConnectionState> state(boolean seesCloses) {
        return switch (reply) {
            case ANSWERED -> seesCloses || abort != Abort.NONE ? Optional.of(established()) : Optional.empty();
            case REFUSED -> Optional.of(ConnectionState.REJ);
            case UNREACHABLE, UNKNOWN, NONE -> Optional.of(unanswered());
        };
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

    private ConnectionState unanswered() {
        if (abort == Abort.BY_CLIENT) {
            return ConnectionState.RSTOS0;
        }
        return clientClosed ? ConnectionState.SH : ConnectionState.S0;
    }
}
