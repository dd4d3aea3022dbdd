package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.geneve;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.nflog;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.udp;
import static io.ghostmap.support.Packets.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.net.Endpoint;
import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attempts that are not one plain SYN and its answer. */
final class AttemptShapesTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SYN = 0x02;
    private static final int SYN_ACK = 0x12;
    private static final int RST_ACK = 0x14;
    private static final int ACK = 0x10;
    private static final int FIN_ACK = 0x11;
    private static final String CLIENT = "10.0.0.1";
    private static final String SERVER = "10.0.0.2";

    private final PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
    private long micros;

    @Test
    void fastOpenIsAnsweredWithAndWithoutItsData() {
        fromClient(SYN, 100, 0, 30);
        fromServer(SYN_ACK, 1, 131);
        assertThat(only().reply()).isEqualTo(Reply.ANSWERED);
    }

    @Test
    void acknowledgmentBehindTheDataAnswersNothing() {
        fromClient(SYN, 100, 0, 30);
        fromServer(SYN_ACK, 1, 132);
        assertThat(only().reply()).isEqualTo(Reply.UNKNOWN);
    }

    @Test
    void simultaneousOpenIsAnAttemptOfEach() {
        fromClient(SYN, 100, 0, 0);
        fromServer(SYN, 500, 0);
        fromClient(SYN_ACK, 100, 501, 0);
        fromServer(SYN_ACK, 500, 101);
        assertThat(Captures.read(pcap).destinations())
                .hasSize(2)
                .allMatch(destination -> destination.reply() == Reply.ANSWERED);
    }

    @Test
    void statesFollowTheEndOfTheConnection() {
        fromClient(SYN, 100, 0, 0);
        fromServer(SYN_ACK, 1, 101);
        assertThat(only().state()).as("an opening alone tells no end").isEmpty();
        fromClient(ACK, 101, 2, 0);
        assertThat(only().state()).contains(ConnectionState.S1);
        fromClient(FIN_ACK, 101, 2, 0);
        assertThat(only().state()).contains(ConnectionState.S2);
        fromServer(FIN_ACK, 2, 102);
        assertThat(only().state()).contains(ConnectionState.SF);
    }

    @Test
    void resetAfterTheAnswerAbortsAndDoesNotRefuse() {
        fromClient(SYN, 100, 0, 0);
        fromServer(SYN_ACK, 1, 101);
        fromServer(RST_ACK, 2, 101);
        assertThat(only().reply()).isEqualTo(Reply.ANSWERED);
        assertThat(only().state()).contains(ConnectionState.RSTR);
    }

    @Test
    void translationBetweenTwoInterfacesShows() {
        frame(ip(CLIENT, "10.96.0.10", TCP, tcp(40_000, 80, SYN, 100, 0, 0)));
        frame(ip(CLIENT, SERVER, TCP, tcp(40_000, 80, SYN, 100, 0, 0)));
        Traffic traffic = Captures.read(pcap);
        Endpoint backend = Endpoint.parse(SERVER + ":80").orElseThrow();
        assertThat(traffic.destinations())
                .filteredOn(destination -> !destination.endpoint().equals(backend))
                .flatExtracting(Destination::rewrites)
                .extracting(Rewrite::server)
                .containsExactly(backend);
    }

    @Test
    void innerConnectionOfATunnelCounts() {
        byte[] inner = ethernet(ip(CLIENT, SERVER, TCP, tcp(40_000, 80, SYN, 100, 0, 0)));
        frame(ip("192.0.2.1", "192.0.2.2", UDP, vxlan(inner)));
        assertThat(only().server()).isEqualTo(Endpoint.parse(SERVER + ":80").orElseThrow());
        assertThat(only().paths()).map(Waypoint::toString).containsExactly("in vxlan");
        assertThat(Captures.read(pcap).captures().get(0).tunneled()).isEqualTo(1);
    }

    /** Cilium and OVN put Ethernet inside, cloud mirrors and gateways IP. */
    @ParameterizedTest
    @CsvSource({"0x0800, 10.0.0.1, 10.0.0.2", "0x86dd, 2001:db8::1, 2001:db8::2"})
    void innerPacketOfGeneveCounts(String protocol, String client, String server) {
        byte[] inner = ip(client, server, TCP, tcp(40_000, 80, SYN, 100, 0, 0));
        frame(ip("192.0.2.1", "192.0.2.2", UDP, geneve(Integer.decode(protocol), inner)));
        assertThat(only().server().address()).hasToString(server);
        assertThat(only().paths()).map(Waypoint::toString).containsExactly("in geneve");
        assertThat(Captures.read(pcap).services()).isEmpty();
        assertThat(Captures.read(pcap).gaps()).isEmpty();
    }

    /** With address and control, without, with a protocol of one byte, and in Cisco's framing of serial lines. */
    @ParameterizedTest
    @CsvSource({"9, ff030021", "50, 0021", "9, 21", "50, 0f000800", "9, 8f000800"})
    void packetsOfSerialLinesAreRead(int linkType, String header) {
        byte[] syn = ip(CLIENT, SERVER, TCP, tcp(40_000, 80, SYN, 100, 0, 0));
        byte[] start = HexFormat.of().parseHex(header);
        byte[] framed = Arrays.copyOf(start, start.length + syn.length);
        System.arraycopy(syn, 0, framed, start.length, syn.length);

        assertThat(Captures.read(new PcapFile(linkType, ByteOrder.LITTLE_ENDIAN, false).frame(0, framed))
                        .syns())
                .isEqualTo(1);
    }

    /** What a rule of nft logs; its byte order is that of the node, which can be another than the file's. */
    @ParameterizedTest
    @CsvSource({"LITTLE, 10.0.0.1, 10.0.0.2", "BIG, 10.0.0.1, 10.0.0.2", "BIG, 2001:db8::1, 2001:db8::2"})
    void packetsThatNetfilterLoggedAreRead(String order, String client, String server) {
        ByteOrder bytes = order.equals("BIG") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        PcapFile logged = new PcapFile(239, ByteOrder.LITTLE_ENDIAN, false)
                .frame(0, nflog(bytes, 7, ip(client, server, TCP, tcp(40_000, 80, SYN, 100, 0, 0))))
                .frame(90, nflog(bytes, 3, ip(server, client, TCP, tcp(80, 40_000, SYN_ACK, 1, 101, 0))));
        Traffic traffic = Captures.read(logged);

        assertThat(traffic.gaps()).isEmpty();
        ConnectionAttempt attempt = traffic.destinations().get(0).attempts().get(0);
        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.paths()).map(Waypoint::toString).containsExactly("if7 in");
    }

    @Test
    void questionsToAnameServerAreAnsweredOrNot() {
        frame(ip(CLIENT, SERVER, UDP, udp(40_000, 53, new byte[12])));
        frame(ip(SERVER, CLIENT, UDP, udp(53, 40_000, new byte[12])));
        frame(ip(CLIENT, SERVER, UDP, udp(40_001, 53, new byte[12])));
        micros += 4_000_000;
        fromClient(SYN, 1, 0, 0);
        UdpService service = Captures.read(pcap).services().get(0);
        assertThat(service.flows()).isEqualTo(2);
        assertThat(service.replies()).containsEntry(Reply.ANSWERED, 1).containsEntry(Reply.NONE, 1);
    }

    private ConnectionAttempt only() {
        return Captures.read(pcap).destinations().get(0).attempts().get(0);
    }

    private void fromClient(int flags, int seq, int ack, int payload) {
        frame(ip(CLIENT, SERVER, TCP, tcp(40_000, 80, flags, seq, ack, payload)));
    }

    private void fromServer(int flags, int seq, int ack) {
        frame(ip(SERVER, CLIENT, TCP, tcp(80, 40_000, flags, seq, ack, 0)));
    }

    private void frame(byte[] packet) {
        pcap.frame(micros, ethernet(packet));
        micros += 60;
    }
}
