package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ethernetOf;
import static io.ghostmap.support.Packets.geneve;
import static io.ghostmap.support.Packets.gre;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.mpls;
import static io.ghostmap.support.Packets.pppoe;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.udp;
import static io.ghostmap.support.Packets.vxlan;
import static io.ghostmap.support.Packets.vxlanGpe;
import static io.ghostmap.support.Packets.withId;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.PcapngFile;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was not read is counted and named, and nothing is concluded from its absence. */
final class UnreadFramesTest {
    private static final int ETHERNET = 1;
    private static final int RADIOTAP = 127;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SYN = 0x02;
    private static final int SYN_ACK = 0x12;
    private static final String CLIENT = "10.0.0.1";
    private static final String SERVER = "10.0.0.2";
    private static final byte[] ANSWER = ip(SERVER, CLIENT, TCP, tcp(80, 40_000, SYN_ACK, 7, 101, 0));

    private final PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
    private final PcapngFile pcapng = new PcapngFile();

    @Test
    void framesOfEveryUnreadLinkTypeAreNamed() {
        pcapng.section(ByteOrder.LITTLE_ENDIAN)
                .interfaceBlock(RADIOTAP)
                .interfaceBlock(107)
                .interfaceBlock(104)
                .enhanced(0, 1, new byte[40])
                .enhanced(1, 2, new byte[40])
                .enhanced(1, 3, new byte[40]);
        Traffic traffic = Captures.read(pcapng.bytes());

        assertThat(Gaps.reasons(traffic.gaps()))
                .containsExactly("2 frames of link type 107 and 1 frame of link type 127 cannot be read, so their"
                        + " content is not known");
        assertThat(traffic.captures().get(0).damage()).as("the file is whole").isEmpty();
    }

    @Test
    void silenceIsNotClaimedBesideAnUnreadLinkType() {
        pcapng.section(ByteOrder.LITTLE_ENDIAN)
                .interfaceBlock(ETHERNET)
                .interfaceBlock(RADIOTAP)
                .enhanced(0, 0, syn(1))
                .enhanced(0, 1_000_000, syn(2));
        assertThat(reply(pcapng.bytes())).isEqualTo(Reply.NONE);

        assertThat(reply(pcapng.enhanced(1, 1_000_200, new byte[60]).bytes())).isEqualTo(Reply.UNKNOWN);
    }

    /** 34: the addresses and no more; 14 and less: not even those. */
    @ParameterizedTest
    @ValueSource(ints = {34, 47, 49, 33, 14, 10, 0})
    void silenceOfWhomACutFrameWasSentToIsNotClaimed(int captured) {
        silentSyns().frame(1_001_000, Arrays.copyOf(ethernet(ANSWER), captured), 54);
        Traffic traffic = Captures.read(pcap);

        assertThat(reply(traffic)).isEqualTo(Reply.UNKNOWN);
        assertThat(traffic.captures().get(0).unread().cut()).isEqualTo(1);
        assertThat(Gaps.reasons(traffic.gaps())).containsExactly("1 frame was cut before the TCP flags or the ports");
    }

    static List<Arguments> cutReplies() {
        byte[] v6 = ip("2001:db8::2", "2001:db8::1", TCP, tcp(80, 40_000, SYN_ACK, 7, 101, 0));
        byte[] overlay = ip("192.0.2.2", "192.0.2.1", UDP, vxlan(ethernet(ANSWER)));
        byte[] error = ip("10.0.0.99", CLIENT, 1, portUnreachable(ip(CLIENT, SERVER, TCP, tcp(1, 2, SYN, 1, 0, 0))));
        return List.of(
                Arguments.of("IPv6, before the flags", "2001:db8::1", ethernet(v6), 14 + 40 + 13),
                Arguments.of("in VXLAN, before the flags", CLIENT, ethernet(overlay), 14 + 28 + 8 + 14 + 20 + 13),
                Arguments.of("in VXLAN, before the addresses", CLIENT, ethernet(overlay), 14 + 28 + 8 + 14 + 10),
                Arguments.of("in VXLAN, before the inner frame", CLIENT, ethernet(overlay), 14 + 28 + 8 + 5),
                Arguments.of("in VXLAN, inside its header", CLIENT, ethernet(overlay), 14 + 28 + 4),
                Arguments.of("an ICMP error, before what it quotes", CLIENT, ethernet(error), 14 + 20 + 8),
                Arguments.of("an ICMP error, inside what it quotes", CLIENT, ethernet(error), 14 + 20 + 8 + 24));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cutReplies")
    void everyCutThatCanHideAReplyMakesSilenceUnknown(String how, String client, byte[] frame, int captured) {
        String server = client.equals(CLIENT) ? SERVER : "2001:db8::2";
        for (int i = 0; i < 2; i++) {
            pcap.frame(i * 1_000_000L, ethernet(withId(ip(client, server, TCP, tcp(40_000, 80, SYN, 100, 0, 0)), i)));
        }
        assertThat(reply(Captures.read(pcap))).isEqualTo(Reply.NONE);

        pcap.frame(1_001_000, Arrays.copyOf(frame, captured), frame.length);
        assertThat(reply(Captures.read(pcap))).as(how).isEqualTo(Reply.UNKNOWN);
    }

    @Test
    void silenceOfOthersIsClaimedBesideACutFrame() {
        byte[] toAnother = ethernet(ip(SERVER, "10.0.0.77", TCP, tcp(80, 40_000, SYN_ACK, 7, 101, 0)));
        silentSyns().frame(1_001_000, Arrays.copyOf(toAnother, 40), toAnother.length);

        assertThat(reply(Captures.read(pcap))).isEqualTo(Reply.NONE);
    }

    @Test
    void silenceOfADatagramIsNotClaimedBesideACutFrame() {
        byte[] answer = ethernet(ip(SERVER, CLIENT, UDP, udp(53, 40_000, new byte[30])));
        pcap.frame(0, ethernet(ip(CLIENT, SERVER, UDP, udp(40_000, 53, new byte[30]))))
                .frame(6_000_000, ethernet(ip("10.0.0.9", "10.0.0.8", UDP, udp(40_000, 53, new byte[30]))));
        assertThat(Captures.read(pcap).services().get(0).replies()).containsOnlyKeys(Reply.NONE);

        pcap.frame(6_000_100, Arrays.copyOf(answer, 38), answer.length);
        assertThat(Captures.read(pcap).services().get(0).replies()).containsOnlyKeys(Reply.UNKNOWN);
    }

    /** By their own lengths they have no room for a header; nothing was cut, and no stack takes them for a reply. */
    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    void packetThatIsShorterThanItsHeaderIsMalformedAndNotCut(int protocol) {
        silentSyns().frame(1_001_000, ethernet(ip(SERVER, CLIENT, protocol, new byte[5])));
        Traffic traffic = Captures.read(pcap);

        assertThat(traffic.captures().get(0).unread()).isEqualTo(new Unread(0, 1, 0, List.of()));
        assertThat(traffic.gaps()).isEmpty();
        assertThat(reply(traffic)).isEqualTo(Reply.NONE);
    }

    /** A mirror cuts what it copies, and the frame that carries the copy is whole. */
    @Test
    void packetThatStatesMoreThanItsFrameHoldsIsMalformedAndMayHideAReply() {
        silentSyns().frame(1_001_000, Arrays.copyOf(ethernet(ANSWER), 40));
        Traffic traffic = Captures.read(pcap);

        assertThat(traffic.captures().get(0).unread()).isEqualTo(new Unread(0, 1, 0, List.of()));
        assertThat(reply(traffic)).isEqualTo(Reply.UNKNOWN);
    }

    static List<Arguments> unopened() {
        return List.of(
                Arguments.of("PPPoE", pppoe(ANSWER)),
                Arguments.of("MPLS", mpls(ANSWER)),
                Arguments.of("MPLS", multicastMpls()),
                Arguments.of("GRE", ethernet(ip("192.0.2.2", "192.0.2.1", 47, gre(0x0800, ANSWER)))),
                Arguments.of("GRE", ethernet(ip("2001:db8::2", "2001:db8::1", 47, gre(0x6558, ethernet(ANSWER))))),
                Arguments.of("ERSPAN", ethernet(ip("192.0.2.2", "192.0.2.1", 47, gre(0x88be, ethernet(ANSWER))))),
                Arguments.of("ERSPAN", ethernet(ip("192.0.2.2", "192.0.2.1", 47, gre(0x22eb, ethernet(ANSWER))))),
                Arguments.of("NSH", ethernetOf(0x894f, new byte[40])),
                Arguments.of("802.1ah", ethernetOf(0x88e7, new byte[40])),
                Arguments.of("FabricPath", ethernetOf(0x8903, new byte[40])),
                Arguments.of("EtherIP", ethernet(ip("192.0.2.2", "192.0.2.1", 97, new byte[40]))),
                Arguments.of("IPComp", ethernet(ip("192.0.2.2", "192.0.2.1", 108, new byte[40]))),
                Arguments.of("L2TP", ethernet(ip("2001:db8::2", "2001:db8::1", 115, new byte[40]))),
                Arguments.of("MPLS", ethernet(ip("192.0.2.2", "192.0.2.1", 137, new byte[40]))),
                Arguments.of("L2TP", datagram(1701, 40_000, 0x00, 0x02)),
                Arguments.of("MPLS", datagram(40_000, 6635, 0x00, 0x01)),
                Arguments.of("GTP-U", datagram(2152, 2152, 0x30, 0xff)),
                Arguments.of("CAPWAP", datagram(5247, 40_000, 0x00, 0x20)),
                Arguments.of("Teredo", datagram(40_000, 3544, 0x60, 0x00)),
                Arguments.of("VXLAN-GPE", ethernet(ip("192.0.2.2", "192.0.2.1", UDP, vxlanGpe(ethernet(ANSWER))))),
                Arguments.of(
                        "Geneve with neither Ethernet nor IP inside",
                        ethernet(ip("192.0.2.2", "192.0.2.1", UDP, geneve(0x8847, new byte[30])))),
                Arguments.of(
                        "a tunnel inside a tunnel",
                        ethernet(ip(
                                "192.0.2.2",
                                "192.0.2.1",
                                UDP,
                                vxlan(ethernet(ip("10.0.0.4", "10.0.0.3", 4, ANSWER)))))),
                Arguments.of(
                        "a tunnel inside a tunnel",
                        ethernet(ip("2001:db8::2", "2001:db8::1", 4, ip("192.0.2.2", "192.0.2.1", 4, ANSWER)))),
                Arguments.of(
                        "a tunnel inside a tunnel",
                        ethernet(ip(
                                "192.0.2.2",
                                "192.0.2.1",
                                4,
                                ip("10.0.0.4", "10.0.0.3", UDP, vxlan(ethernet(ANSWER)))))),
                Arguments.of("MPLS", ethernet(ip("192.0.2.2", "192.0.2.1", UDP, vxlan(mpls(ANSWER))))));
    }

    private static byte[] datagram(int fromPort, int toPort, int... start) {
        byte[] payload = new byte[48];
        for (int i = 0; i < start.length; i++) {
            payload[i] = (byte) start[i];
        }
        return ethernet(ip("192.0.2.2", "192.0.2.1", UDP, udp(fromPort, toPort, payload)));
    }

    private static byte[] multicastMpls() {
        return ethernetOf(0x8848, Arrays.copyOfRange(mpls(ANSWER), 14, mpls(ANSWER).length));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unopened")
    void whatIsNotOpenedIsCountedAndNamed(String name, byte[] frame) {
        silentSyns().frame(1_001_000, frame);
        Traffic traffic = Captures.read(pcap);

        assertThat(Gaps.reasons(traffic.gaps()))
                .containsExactly("1 frame of " + name + " cannot be read, so their content is not known");
        assertThat(reply(traffic)).isEqualTo(Reply.UNKNOWN);
    }

    /** What is encrypted on the wire passes the node's own devices in the clear, and so does the reply. */
    @Test
    void encryptedFramesAreCountedAndHideNothing() {
        silentSyns()
                .frame(1_001_000, ethernet(ip("192.0.2.2", "192.0.2.1", 50, new byte[60])))
                .frame(1_002_000, ethernetOf(0x88e5, new byte[60]));
        Traffic traffic = Captures.read(pcap);

        assertThat(traffic.captures().get(0).unread().skipped())
                .extracting(skipped -> skipped.counted().plain())
                .containsExactly("1 frame of MACsec", "1 frame of ESP");
        assertThat(traffic.gaps()).isEmpty();
        assertThat(reply(traffic)).isEqualTo(Reply.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, pcap version 1.0", "2, 5, pcap version 2.5", "3, 4, pcap version 3.4"})
    void unknownVersionOfPcapIsNamedAndNotRead(int major, int minor, String named) {
        PcapFile other = new PcapFile(PcapFile.ETHERNET, ByteOrder.BIG_ENDIAN, false, major, minor).frame(0, syn(1));
        Traffic traffic = Captures.read(other);

        assertThat(traffic.syns()).isZero();
        assertThat(Gaps.reasons(traffic.gaps())).containsExactly(named + " is not known, so it was not read");
    }

    /** Before 2.3 a record states its length on the wire first. */
    @Test
    void oldVersionOfPcapIsRead() {
        byte[] longer = Arrays.copyOf(syn(1), 200);
        byte[] swapped = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false, 2, 1)
                .frame(0, syn(1), longer.length)
                .frame(9, syn(2))
                .bytes();
        byte[] captured = Arrays.copyOfRange(swapped, 24 + 8, 24 + 12);
        byte[] onTheWire = Arrays.copyOfRange(swapped, 24 + 12, 24 + 16);
        System.arraycopy(onTheWire, 0, swapped, 24 + 8, 4);
        System.arraycopy(captured, 0, swapped, 24 + 12, 4);
        Traffic traffic = Captures.read(swapped);

        assertThat(traffic.gaps()).isEmpty();
        assertThat(traffic.syns()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "0, 9", "1, 1", "1, 3"})
    void sectionOfAnUnknownVersionIsNamedAndNotRead(int major, int minor) {
        pcapng.section(ByteOrder.LITTLE_ENDIAN)
                .interfaceBlock(ETHERNET)
                .enhanced(0, 0, syn(1))
                .section(ByteOrder.BIG_ENDIAN, major, minor)
                .interfaceBlock(ETHERNET)
                .enhanced(0, 9, syn(2));
        Traffic traffic = Captures.read(pcapng.bytes());

        assertThat(traffic.syns()).isEqualTo(1);
        assertThat(Gaps.reasons(traffic.gaps()))
                .singleElement()
                .asString()
                .contains("pcapng version " + major + "." + minor, "after frame 1");
    }

    @Test
    void sectionOfVersionOnePointTwoIsRead() {
        pcapng.section(ByteOrder.LITTLE_ENDIAN, 1, 2).interfaceBlock(ETHERNET).enhanced(0, 0, syn(1));

        assertThat(Captures.read(pcapng.bytes()).syns()).isEqualTo(1);
        assertThat(Captures.read(pcapng.bytes()).gaps()).isEmpty();
    }

    /** 20 and 127 of 10, 64 and 127 of 2: with such units, 64 bits do not reach a second. */
    @ParameterizedTest
    @ValueSource(ints = {20, 127, 0x80 | 64, 0xff})
    void timesInUnitsThatNoClockHasAreUnknown(int resolution) {
        pcapng.section(ByteOrder.LITTLE_ENDIAN)
                .interfaceBlock(
                        ETHERNET,
                        pcapng.option(2, new byte[] {'e', 't', 'h', '0'}),
                        pcapng.option(9, new byte[] {(byte) resolution}))
                .enhanced(0, 0, syn(1))
                .enhanced(0, 9_000_000, syn(2));
        Traffic traffic = Captures.read(pcapng.bytes());

        assertThat(Gaps.reasons(traffic.gaps()))
                .containsExactly(
                        "interface eth0 states impossible units of time (" + resolution + ")",
                        "2 frames have no valid time, so a missing answer proves nothing");
        assertThat(reply(traffic)).isEqualTo(Reply.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -2_000_000_000L, Long.MAX_VALUE, 9_300_000_000L})
    void timesThatAnOffsetMovesBeyondEveryClockAreUnknown(long offset) {
        pcapng.section(ByteOrder.LITTLE_ENDIAN)
                .interfaceBlock(ETHERNET, pcapng.option(14, offset))
                .enhanced(0, 1_795_000_000_000_000L, syn(1));

        assertThat(Captures.read(pcapng.bytes()).captures().get(0).unread().untimed())
                .isEqualTo(1);
    }

    @Test
    void fractionOfMoreThanASecondIsNotATime() {
        byte[] bytes = pcap.frame(0, syn(1)).bytes();
        Arrays.fill(bytes, 24 + 4, 24 + 8, (byte) 0x7f);

        assertThat(Captures.read(bytes).captures().get(0).unread().untimed()).isEqualTo(1);
    }

    private PcapFile silentSyns() {
        return pcap.frame(0, syn(1)).frame(1_000_000, syn(2));
    }

    private static byte[] syn(int id) {
        return ethernet(withId(ip(CLIENT, SERVER, TCP, tcp(40_000, 80, SYN, 100, 0, 0)), id));
    }

    private static byte[] portUnreachable(byte[] quoted) {
        byte[] icmp = new byte[8 + quoted.length];
        icmp[0] = 3;
        icmp[1] = 3;
        System.arraycopy(quoted, 0, icmp, 8, quoted.length);
        return icmp;
    }

    private static Reply reply(byte[] capture) {
        return reply(Captures.read(capture));
    }

    private static Reply reply(Traffic traffic) {
        return traffic.destinations().get(0).reply();
    }
}
