package io.ghostmap.traffic;

import static io.ghostmap.support.PcapFile.RST_ACK;
import static io.ghostmap.support.PcapFile.SYN;
import static io.ghostmap.support.PcapFile.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionAttemptTest {
    private static final String CLIENT = "172.16.168.150";
    private static final String SERVER = "172.16.149.220";
    private static final long SECOND = 1_000_000;

    @Test
    void retransmissionsAndCopiesOnOtherInterfacesAreOneAttempt() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcpAt(2, 0, 0, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .tcpAt(3, 4, 60, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .tcpAt(2, 0, SECOND, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .tcpAt(3, 4, SECOND + 60, CLIENT, 56306, SERVER, 8080, SYN, 1000));

        Destination destination = traffic.destinations().get(0);
        assertThat(destination.attempts()).hasSize(1);
        assertThat(destination.syns()).isEqualTo(4);
        assertThat(destination.transmissions()).isEqualTo(2);
        assertThat(destination.reply()).isEqualTo(Reply.NONE);
        assertThat(destination.paths()).map(Waypoint::toString).containsExactly("if2 in", "if3 out");
        assertThat(destination.frames()).extracting(FrameRef::number).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void copyThatWaitedInAQueueIsNoRetransmission() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcpAt(2, 0, 0, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .tcpAt(3, 4, 400_000, CLIENT, 56306, SERVER, 8080, SYN, 1000));

        assertThat(traffic.destinations().get(0).transmissions()).isEqualTo(1);
    }

    @Test
    void anotherSequenceNumberFromTheSamePortIsAnotherAttempt() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(60, CLIENT, 56306, SERVER, 8080, SYN, 2000, 0));

        assertThat(traffic.destinations().get(0).attempts()).hasSize(2);
    }

    @Test
    void synAckAnswersTheSynThatItAcknowledges() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 0xffff_ffffL, 0)
                .tcp(60, SERVER, 8080, CLIENT, 56306, SYN_ACK, 77, 0));

        ConnectionAttempt attempt = traffic.destinations().get(0).attempts().get(0);
        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.replyFrame()).contains(new FrameRef("pcap/any.pcap", 2));
    }

    @Test
    void synAckForAnotherSequenceNumberAnswersNothing() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(60, SERVER, 8080, CLIENT, 56306, SYN_ACK, 77, 5001));

        assertThat(traffic.destinations().get(0).reply()).isEqualTo(Reply.UNKNOWN);
    }

    @Test
    void resetRefuses() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(60, SERVER, 8080, CLIENT, 56306, RST_ACK, 0, 1001));

        assertThat(traffic.destinations().get(0).reply()).isEqualTo(Reply.REFUSED);
    }

    @Test
    void icmpErrorIsMatchedByTheHeaderThatItQuotes() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .unreachable(60, "172.16.0.1", CLIENT, 56306, SERVER, 8080, 1000));

        assertThat(traffic.destinations().get(0).reply()).isEqualTo(Reply.UNREACHABLE);
    }

    @Test
    void silenceNeedsAWindowThatIsLongEnough() {
        PcapFile soon = PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(2 * SECOND, CLIENT, 1, "10.0.0.9", 80, SYN, 5, 0);
        PcapFile late = PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(4 * SECOND, CLIENT, 1, "10.0.0.9", 80, SYN, 5, 0);

        assertThat(replyOf(Captures.read(soon))).isEqualTo(Reply.UNKNOWN);
        assertThat(replyOf(Captures.read(late))).isEqualTo(Reply.NONE);
    }

    @Test
    void silenceProvesNothingWhereTheKernelDroppedPackets() {
        byte[] pcap = PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(SECOND, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .bytes();
        String stderr = "2 packets captured\n9 packets received by filter\n7 packets dropped by kernel\n";

        assertThat(replyOf(Captures.read(pcap, stderr))).isEqualTo(Reply.UNKNOWN);
        assertThat(Captures.read(pcap, stderr).captures().get(0).counters().droppedByKernel())
                .hasValue(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {PcapFile.ETHERNET, PcapFile.RAW, PcapFile.SLL, PcapFile.SLL2})
    void everyLinkTypeByteOrderResolutionAndFamilyReadsTheSame(int linkType) {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (boolean nanos : new boolean[] {false, true}) {
                Traffic traffic = Captures.read(new PcapFile(linkType, order, nanos)
                        .tcp(250, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                        .tcp(500, "2001:db8::1", 56306, "2001:db8::2", 443, SYN, 1000, 0)
                        .tcp(900, "2001:db8::2", 443, "2001:db8::1", 56306, SYN_ACK, 1, 1001));

                assertThat(traffic.destinations())
                        .extracting(d -> d.endpoint().toString())
                        .containsExactly("172.16.149.220:8080", "[2001:db8::2]:443");
                assertThat(traffic.destinations().get(1).reply()).isEqualTo(Reply.ANSWERED);
                assertThat(traffic.destinations().get(0).attempts().get(0).firstNanos())
                        .isEqualTo(1_795_000_000L * 1_000_000_000L + 250_000);
            }
        }
    }

    @Test
    void vlanTagsAreStepped() {
        byte[] inner = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .bytes();
        byte[] tagged = new byte[inner.length - 40 + 4];
        System.arraycopy(inner, 40, tagged, 0, 12);
        tagged[12] = (byte) 0x81;
        System.arraycopy(inner, 52, tagged, 16, inner.length - 52);
        Traffic traffic =
                Captures.read(new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false).frame(0, tagged));

        assertThat(traffic.syns()).isEqualTo(1);
    }

    @Test
    void attemptsBeyondTheBoundAreCountedAndTheSumHolds() {
        PcapFile pcap = PcapFile.cooked();
        int all = AttemptTable.MAX_ATTEMPTS + 500;
        for (int i = 0; i < all; i++) {
            pcap.tcp(i, CLIENT, 1024 + i % 60_000, SERVER, 8080, SYN, i, 0);
        }
        Traffic traffic = Captures.read(pcap);

        assertThat(traffic.tailSyns()).isEqualTo(500);
        assertThat(traffic.destinations()).hasSize(1);
        assertThat(traffic.destinations().get(0).tail()).isEqualTo(new Tail(500, 0, 0));
        assertThat(traffic.syns()).isEqualTo(all);
    }

    private static Reply replyOf(Traffic traffic) {
        return traffic.destinations().stream()
                .filter(destination -> destination.endpoint().port() == 8080)
                .findFirst()
                .orElseThrow()
                .reply();
    }
}
