package io.ghostmap.traffic;

import static io.ghostmap.traffic.Conversation.ACK;
import static io.ghostmap.traffic.Conversation.FIN;
import static io.ghostmap.traffic.Conversation.RST;
import static io.ghostmap.traffic.Conversation.RST_ACK;
import static io.ghostmap.traffic.Conversation.SYN;
import static io.ghostmap.traffic.Conversation.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A FIN or RST ends a connection only if its numbers and its place say that it is one of it. */
final class ConnectionEndTest {
    private static final int OLD = 2_052_763_279;

    /** A challenge ACK of an older connection of the same ports (RFC 5961), which the client resets before it asks again. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void resetOfAnOlderConnectionBeforeTheAnswerEndsNothing(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(ACK, 77, OLD)
                .client(RST, OLD, 0)
                .after(3_000)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void clientsResetBeforeTheAnswerEndsNothingWhateverItsNumber(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .client(RST, 1_001, 0)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .only();

        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void resetOfAnOlderConnectionIsNotTheClientsEnd(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .client(RST, OLD, 0)
                .after(5_000)
                .client(ACK, 9, 9)
                .only();

        assertThat(attempt.state()).contains(ConnectionState.S0);
    }

    /** The first does not count, and the second does. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void laterResetCountsWhenTheFirstDoesNot(int family) {
        Conversation opened = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .client(RST, OLD, 0)
                .after(3_000)
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001);
        assertThat(opened.client(RST, 1_001, 0).only().state()).contains(ConnectionState.RSTO);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void laterResetOfTheServerCountsWhenTheFirstDoesNot(int family) {
        ConnectionAttempt attempt = Conversation.of(family)
                .client(SYN, 1_000, 0)
                .server(RST, 0, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .server(RST, 400_000_000, 0)
                .server(RST, 5_001, 0)
                .only();

        assertThat(attempt.state()).contains(ConnectionState.RSTR);
    }

    @ParameterizedTest
    @CsvSource({
        "true,  1000001001", "true,  -1000", "true,  -2000000000",
        "false, 1000005001", "false, -1000", "false, -2000000000"
    })
    void resetFarOutsideTheWindowEndsNothing(boolean byClient, long number) {
        for (int flags : new int[] {RST, RST_ACK}) {
            Conversation conversation = Conversation.v4()
                    .client(SYN, 1_000, 0)
                    .server(SYN_ACK, 5_000, 1_001)
                    .client(ACK, 1_001, 5_001)
                    .after(200);
            ConnectionAttempt attempt = (byClient
                            ? conversation.client(flags, number, 5_001)
                            : conversation.server(flags, number, 1_001))
                    .only();
            assertThat(attempt.state()).contains(ConnectionState.S1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true,  1000001001, 5001", "true,  -1000, 5001", "true,  1001, 1000005001", "true,  1001, -1000",
        "false, 1000005001, 1001", "false, -1000, 1001", "false, 5001, 1000001001", "false, 5001, -1000"
    })
    void finFarOutsideTheWindowClosesNothing(boolean byClient, long number, long acknowledgment) {
        Conversation conversation = Conversation.v6()
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .after(200);
        ConnectionAttempt attempt = (byClient
                        ? conversation.client(FIN, number, acknowledgment)
                        : conversation.server(FIN, number, acknowledgment))
                .only();
        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    /** The numbers went on by as much as lies in the capture. */
    @Test
    void endsAfterMuchDataCount() {
        Conversation conversation = Conversation.v4()
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 0xffff_f000L, 1_001)
                .client(ACK, 1_001, 0xffff_f001L);
        long sent = 0xffff_f001L;
        for (int i = 0; i < 400; i++) {
            conversation.server(ACK, sent, 1_001, 1_400);
            sent += 1_400;
        }
        conversation.server(FIN, sent, 1_001).client(FIN, 1_001, sent + 1);

        assertThat(conversation.only().state()).contains(ConnectionState.SF);
    }

    /** A filter for openings and ends keeps the data out of the capture. */
    @Test
    void endsAfterDataThatWasNotCapturedCount() {
        ConnectionAttempt attempt = Conversation.v4()
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .after(900)
                .server(RST, 500_005_001, 0)
                .only();

        assertThat(attempt.state()).contains(ConnectionState.RSTR);
    }

    /** The end of the older connection counts to it, although the port was used again before the end was read. */
    @Test
    void endsBelongToTheConnectionWhoseNumbersTheyHave() {
        Conversation conversation = Conversation.v4()
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .client(SYN, 900_000_000, 0)
                .server(SYN_ACK, 1_700_000_000, 900_000_001)
                .server(RST, 5_001, 0)
                .client(FIN, 900_000_001, 1_700_000_001);

        assertThat(conversation.attempts())
                .extracting(ConnectionAttempt::state)
                .extracting(state -> state.orElseThrow())
                .containsExactly(ConnectionState.RSTR, ConnectionState.S2);
    }

    /** A scanner's FIN has no ACK, and a connection takes nothing without one. */
    @Test
    void finWithoutAckClosesNothing() {
        ConnectionAttempt attempt = Conversation.v4()
                .client(SYN, 1_000, 0)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .client(0x01, 1_001, 0)
                .only();

        assertThat(attempt.state()).contains(ConnectionState.S1);
    }

    /** Both sides opened at once, and one of them resets: that ends what each of them opened. */
    @Test
    void resetAfterASimultaneousOpenEndsBothAttempts() {
        Traffic traffic = Conversation.v4()
                .client(SYN, 1_000, 0)
                .server(SYN, 5_000, 0)
                .client(SYN_ACK, 1_000, 5_001)
                .server(SYN_ACK, 5_000, 1_001)
                .client(ACK, 1_001, 5_001)
                .client(RST_ACK, 1_001, 5_001)
                .traffic();

        assertThat(traffic.destinations())
                .extracting(destination -> destination.states().firstKey())
                .containsExactlyInAnyOrder(ConnectionState.RSTO, ConnectionState.RSTR);
    }
}
