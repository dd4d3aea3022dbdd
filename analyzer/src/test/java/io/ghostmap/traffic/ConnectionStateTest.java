package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each {@code conn_state} of Zeek's documentation (base/protocols/conn/main.zeek) from packets written as Zeek writes a
 * history: S a SYN, H a SYN-ACK, A an ACK, F a FIN, R a RST; capitals from the client, small letters from the server.
 */
final class ConnectionStateTest {
    private static final int CLIENT_ISN = 100;
    private static final int SERVER_ISN = 700;

    @ParameterizedTest
    @CsvSource({
        "S,      S0,     UNKNOWN", // connection attempt seen, no reply
        "ShA,    S1,     ANSWERED", // established, not terminated
        "ShAFaf, SF,     ANSWERED", // normal establishment and termination
        "ShAfaF, SF,     ANSWERED",
        "Sr,     REJ,    REFUSED", // attempt rejected
        "ShAFa,  S2,     ANSWERED", // close attempt by the originator, no reply from the responder
        "ShAfA,  S3,     ANSWERED", // close attempt by the responder, no reply from the originator
        "ShAR,   RSTO,   ANSWERED", // established, the originator aborted
        "ShAr,   RSTR,   ANSWERED", // the responder sent a RST
        "SR,     RSTOS0, UNKNOWN", // a SYN followed by a RST, no SYN-ACK from the responder
        "SF,     SH,     UNKNOWN" // a SYN followed by a FIN, no SYN-ACK
    })
    void statesAreZeeks(String history, ConnectionState state, Reply reply) {
        ConnectionAttempt attempt =
                Captures.read(capture(history)).destinations().get(0).attempts().get(0);
        // What tells whether closes could have been seen at all is a plain ACK; S0 and its like need none.
        assertThat(attempt.state()).contains(state);
        assertThat(attempt.reply()).isEqualTo(reply);
    }

    /** RSTRH, SHR and OTH have no SYN from the client: no attempt was captured, and none is made up. */
    @ParameterizedTest
    @ValueSource(strings = {"hr", "hf", "Aa"})
    void withoutItsSynNoAttemptIsMadeUp(String history) {
        assertThat(Captures.read(capture(history)).destinations()).isEmpty();
    }

    /** A filter that lets only openings and ends through, as the collector's does, cannot tell S1 from SF. */
    @ParameterizedTest
    @ValueSource(strings = {"Sh"})
    void openingsAloneTellNoEnd(String history) {
        assertThat(Captures.read(capture(history)).destinations().get(0).attempts())
                .extracting(ConnectionAttempt::state)
                .isEqualTo(List.of(Optional.empty()));
    }

    private static PcapFile capture(String history) {
        PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
        for (int i = 0; i < history.length(); i++) {
            char letter = history.charAt(i);
            boolean client = Character.isUpperCase(letter);
            int flags = switch (Character.toUpperCase(letter)) {
                case 'S' -> 0x02;
                case 'H' -> 0x12;
                case 'A' -> 0x10;
                case 'F' -> 0x11;
                default -> 0x14;
            };
            byte[] packet = client
                    ? ip(
                            "10.0.0.1",
                            "10.0.0.2",
                            6,
                            tcp(40_000, 80, flags, i == 0 ? CLIENT_ISN : CLIENT_ISN + 1, SERVER_ISN + 1, 0))
                    : ip("10.0.0.2", "10.0.0.1", 6, tcp(80, 40_000, flags, SERVER_ISN, CLIENT_ISN + 1, 0));
            pcap.frame(i * 1_000L, ethernet(packet));
        }
        return pcap;
    }
}
