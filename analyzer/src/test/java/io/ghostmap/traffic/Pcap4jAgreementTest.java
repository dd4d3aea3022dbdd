package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.Decompression;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket.IpHeader;
import org.pcap4j.packet.IpSelector;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;

/** The byte path and pcap4j read every frame of every committed capture the same: the innermost packet, whole or not. */
final class Pcap4jAgreementTest {
    private static final int UNREACHABLE_V4 = 3;
    private static final int TIME_EXCEEDED_V4 = 11;
    private static final int FRAGMENTATION_NEEDED = 4;
    private static final int UNREACHABLE_V6 = 1;
    private static final int TIME_EXCEEDED_V6 = 3;

    @ParameterizedTest
    @EnumSource
    void everyFrameReadsAsPcap4jReadsIt(CaptureCorpus of) {
        CaptureFormat format =
                CaptureFormat.open(new ByteSource(Decompression.unpacking(new ByteArrayInputStream(of.bytes()))));
        Frame frame = new Frame();
        LinkLayer link = new LinkLayer();
        IpPacket ours = new IpPacket(new TunnelPorts());
        int compared = 0;
        while (format.next(frame)) {
            if (link.decode(frame.captureInterface().linkType(), frame.bytes(), frame.start(), frame.end())
                    != LinkLayer.Content.IP) {
                continue;
            }
            IpPacket.Kind kind = ours.decode(frame.bytes(), link.ipStart(), link.ipEnd(), frame.isCut());
            Optional<Packet> theirs = decode(ours.sample().bytes());
            String as = of + ", frame " + frame.number() + ", " + kind;
            if (theirs.isPresent()) {
                compared += compare(as, kind, ours, theirs.get());
            }
        }
        assertThat(format.damage()).isEmpty();
        assertThat(compared).as("frames that were compared").isGreaterThanOrEqualTo(frame.number() > 0 ? 1 : 0);
    }

    /** pcap4j refuses what the snap length cut inside a header. */
    private static Optional<Packet> decode(byte[] exact) {
        try {
            return Optional.of(IpSelector.newPacket(exact, 0, exact.length));
        } catch (IllegalRawDataException e) {
            return Optional.empty();
        }
    }

    private static int compare(String as, IpPacket.Kind kind, IpPacket ours, Packet theirs) {
        IcmpV4CommonPacket v4 = theirs.get(IcmpV4CommonPacket.class);
        IcmpV6CommonPacket v6 = theirs.get(IcmpV6CommonPacket.class);
        if (v4 != null || v6 != null) {
            return compareError(as, kind, ours, v4 == null ? v6 : v4);
        }
        if (isLaterFragment(theirs)) {
            assertThat(kind).as(as).isIn(IpPacket.Kind.LATER_FRAGMENT, IpPacket.Kind.OTHER);
            return 1;
        }
        TcpPacket tcp = theirs.get(TcpPacket.class);
        UdpPacket udp = theirs.get(UdpPacket.class);
        if (tcp != null) {
            assertThat(kind).as(as).isEqualTo(IpPacket.Kind.TCP);
            compareFlow(
                    as,
                    ours,
                    innermost(theirs),
                    tcp.getHeader().getSrcPort().valueAsInt(),
                    tcp.getHeader().getDstPort().valueAsInt());
            compareSegment(as, ours, tcp.getHeader());
            return 1;
        }
        if (udp != null && ours.tunnel() != Tunnel.NONE && kind == IpPacket.Kind.OTHER) {
            return 1; // a tunnel around something that is not IP, such as ARP
        }
        if (udp != null) {
            assertThat(kind).as(as).isEqualTo(IpPacket.Kind.UDP);
            compareFlow(
                    as,
                    ours,
                    innermost(theirs),
                    udp.getHeader().getSrcPort().valueAsInt(),
                    udp.getHeader().getDstPort().valueAsInt());
            return 1;
        }
        return 0;
    }

    /** An error is one where pcap4j finds a TCP or UDP header in what it quotes. */
    private static int compareError(String as, IpPacket.Kind kind, IpPacket ours, Packet icmp) {
        int type = icmp.getHeader().getRawData()[0] & 0xff;
        int code = icmp.getHeader().getRawData()[1] & 0xff;
        boolean isError = icmp instanceof IcmpV4CommonPacket
                ? (type == UNREACHABLE_V4 && code != FRAGMENTATION_NEEDED) || (type == TIME_EXCEEDED_V4 && code == 0)
                : type == UNREACHABLE_V6 || (type == TIME_EXCEEDED_V6 && code == 0);
        assertThat(kind).as(as).isEqualTo(isError ? IpPacket.Kind.ICMP_ERROR : IpPacket.Kind.OTHER);
        TcpPacket quoted = icmp.get(TcpPacket.class);
        if (!isError || quoted == null) {
            return 1;
        }
        assertThat(ours.quotesTcp()).as(as).isTrue();
        assertThat(ours.sequence()).as(as).isEqualTo(quoted.getHeader().getSequenceNumber());
        Packet ip = icmp.get(IpV4Packet.class) == null ? icmp.get(IpV6Packet.class) : icmp.get(IpV4Packet.class);
        compareFlow(
                as,
                ours,
                (IpHeader) ip.getHeader(),
                quoted.getHeader().getSrcPort().valueAsInt(),
                quoted.getHeader().getDstPort().valueAsInt());
        return 1;
    }

    private static boolean isLaterFragment(Packet packet) {
        IpV4Packet v4 = packet.get(IpV4Packet.class);
        IpV6ExtFragmentPacket v6 = packet.get(IpV6ExtFragmentPacket.class);
        return (v4 != null && v4.getHeader().getFragmentOffset() != 0)
                || (v6 != null && v6.getHeader().getFragmentOffset() != 0);
    }

    private static IpHeader innermost(Packet packet) {
        return (IpHeader) packet.getHeader();
    }

    private static void compareFlow(String as, IpPacket ours, IpHeader ip, int fromPort, int toPort) {
        byte[] key = new byte[IpPacket.MAX_KEY];
        int length = ours.key(key);
        byte[] exact = Arrays.copyOf(key, length);
        assertThat(FlowKey.client(exact).address().toBytes())
                .as(as)
                .isEqualTo(ip.getSrcAddr().getAddress());
        assertThat(FlowKey.serverOf(exact).address().toBytes())
                .as(as)
                .isEqualTo(ip.getDstAddr().getAddress());
        assertThat(FlowKey.client(exact).port()).as(as).isEqualTo(fromPort);
        assertThat(FlowKey.serverOf(exact).port()).as(as).isEqualTo(toPort);
    }

    private static void compareSegment(String as, IpPacket ours, TcpPacket.TcpHeader tcp) {
        assertThat(ours.sequence()).as(as).isEqualTo(tcp.getSequenceNumber());
        assertThat(ours.acknowledgment()).as(as).isEqualTo(tcp.getAcknowledgmentNumber());
        assertThat(ours.isSyn()).as(as).isEqualTo(tcp.getSyn() && !tcp.getAck());
        assertThat(ours.has(IpPacket.FLAG_RST)).as(as).isEqualTo(tcp.getRst());
        assertThat(ours.has(IpPacket.FLAG_FIN)).as(as).isEqualTo(tcp.getFin());
    }
}
