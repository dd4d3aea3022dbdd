package io.ghostmap.traffic;

import static io.ghostmap.traffic.Conversation.ACK;
import static io.ghostmap.traffic.Conversation.RST;
import static io.ghostmap.traffic.Conversation.RST_ACK;
import static io.ghostmap.traffic.Conversation.SYN;
import static io.ghostmap.traffic.Conversation.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An attempt has the reply that its client finally experienced, by what RFC 9293 lets a client take. */
final class FinalReplyTest {
    /** Windows sends its SYN again after a RST. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void answerToTheSecondSendingOutweighsTheRefusalOfTheFirst(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .after(500)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.transmissions()).isEqualTo(2);
        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.replyFrame()).contains(new FrameRef("pcap/any.pcap", 4));
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    /** The answer was lost behind the capture, so that the client asked again. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void refusalOfTheSecondSendingOutweighsTheAnswerToTheFirst(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .after(1_000)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.REFUSED);
        assertThat(attempt.state()).contains(ConnectionState.REJ);
    }

    /** A closed port answers the SYN-ACK of an earlier connection's server with a RST, and an open one a SYN sent again. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void resetThatGoesOnFromTheAnswerAbortsAndRefusesNothing(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .after(1_000)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 5_001, 1_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.RSTR);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void refusalOfEverySendingRefuses(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .after(500)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .after(500)
                .client(SYN, 1_000, 0)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.REFUSED);
    }

    /** A client in SYN-SENT drops it (RFC 9293, 3.10.7.3). */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void resetWithoutAckRefusesNothing(int family) {
        Conversation silent = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST, 0, 0)
                .after(1_000)
                .client(SYN, 1_000, 0);
        assertThat(silent.only().reply()).isEqualTo(Reply.NONE);
        assertThat(silent.only().state()).contains(ConnectionState.S0);

        assertThat(silent.server(SYN_ACK, 5_000, 1_001).only().reply()).isEqualTo(Reply.ANSWERED);
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000, 1_002, 999, 0, 500_000})
    void resetThatDoesNotAcknowledgeTheSynRefusesNothing(long acknowledgment) {
        ConnectionAttempt attempt = Conversation.v4()
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, acknowledgment)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    /** A forged refusal that reached the capture and not the client. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void resetAfterWhichTheHandshakeCompletesRefusesNothing(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .client(ACK, 1_001, 5_001, 10)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    /** Two machines with one address: the client took the refusal, and its closed port turns the SYN-ACK down. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void answerThatTheClientTurnsDownLeavesItRefused(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .server(SYN_ACK, 5_000, 1_001)
                .client(RST, 1_001, 0)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.REFUSED);
        assertThat(attempt.replyFrame()).contains(new FrameRef("pcap/any.pcap", 2));
        assertThat(attempt.state()).contains(ConnectionState.REJ);
    }

    /** Both came to one sending: the client was connected when the refusal came. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void refusalAfterTheAnswerToOneSendingRefusesNothing(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .server(RST_ACK, 0, 1_001)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void segmentWithSynAckAndRstIsNotAnAnswer(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK | RST, 5_000, 1_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void answerAfterAnIcmpErrorAnswers(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .error(family == 4 ? 3 : 1, 1, 1_000)
                .after(1_000)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void icmpErrorForTheLastSendingOutweighsTheRefusalOfTheFirst(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST_ACK, 0, 1_001)
                .after(500)
                .client(SYN, 1_000, 0)
                .error(family == 4 ? 3 : 1, 1, 1_000)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.UNREACHABLE);
    }

    /** Merged captures of two clocks have it so; chance has its number once in 2^32. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void answerThatTheCaptureHasBeforeItsSynAnswers(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .server(SYN_ACK, 5_000, 1_001)
                .client(SYN, 1_000, 0)
                .client(ACK, 1_001, 5_001)
                .after(6_000)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void refusalAndErrorThatTheCaptureHasBeforeTheirSynCount(int family) {
        Conversation refused = Conversation.of(family)
                .server(RST_ACK, 0, 1_001)
                .client(SYN, 1_000, 0)
                .after(6_000);
        assertThat(refused.client(ACK, 7, 7).only().reply()).isEqualTo(Reply.REFUSED);

        Conversation unreachable = Conversation.of(family)
                .error(family == 4 ? 3 : 1, 1, 1_000)
                .client(SYN, 1_000, 0)
                .after(6_000);
        assertThat(unreachable.client(ACK, 7, 7).only().reply()).isEqualTo(Reply.UNREACHABLE);
    }

    /** The clock of the second capture is behind, so that the time of the answer is before that of the SYN. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void answerWithAnEarlierTimeThanItsSynAnswers(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .after(-400)
                .server(SYN_ACK, 5_000, 1_001)
                .after(6_000)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    /** The capture lacks the SYN-ACK, and what the server acknowledges shows that there was one. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void silenceIsNotClaimedWhenTheServerAcknowledgedData(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .client(ACK, 1_001, 5_001, 300)
                .server(Conversation.FIN, 6_000, 1_301)
                .after(6_000)
                .client(ACK, 1_301, 6_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.UNKNOWN);
    }
}
