package io.ghostmap.traffic;

import io.ghostmap.net.IpAddress;
import java.net.InetAddress;
import java.util.stream.Collectors;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket.IpHeader;
import org.pcap4j.packet.IpSelector;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;

/**
 * Decodes single packets with pcap4j, for people to read. The only class that knows pcap4j.
 *
 * <p>pcap4j is always handed an exact copy: on malformed input its message holds a hex dump of the whole array that it
 * was given.
 */
final class PacketDecoder {
    private PacketDecoder() {}

    /** The packet as tcpdump would put it; empty when pcap4j refuses it. */
    static String describe(byte[] exact) {
        try {
            Packet packet = IpSelector.newPacket(exact, 0, exact.length);
            TcpPacket tcp = packet.get(TcpPacket.class);
            return tcp == null ? "" : describe(packet, tcp.getHeader());
        } catch (IllegalRawDataException | IllegalArgumentException e) {
            return "";
        }
    }

    private static String describe(Packet packet, TcpPacket.TcpHeader tcp) {
        IpHeader ip = (IpHeader) packet.getHeader();
        return text(ip.getSrcAddr()) + "." + tcp.getSrcPort().valueAsInt() + " > "
                + text(ip.getDstAddr()) + "." + tcp.getDstPort().valueAsInt() + ": Flags [" + flags(tcp)
                + "], seq " + tcp.getSequenceNumberAsLong() + ", win " + tcp.getWindowAsInt() + ", options ["
                + options(tcp) + "], " + timeToLive(packet);
    }

    /** As everywhere else in a report; Java writes out every zero of an IPv6 address. */
    private static IpAddress text(InetAddress address) {
        byte[] bytes = address.getAddress();
        return IpAddress.of(bytes, 0, bytes.length);
    }

    private static String timeToLive(Packet packet) {
        IpV4Packet v4 = packet.get(IpV4Packet.class);
        if (v4 != null) {
            return "ttl " + v4.getHeader().getTtlAsInt() + ", id "
                    + v4.getHeader().getIdentificationAsInt();
        }
        IpV6Packet v6 = packet.get(IpV6Packet.class);
        return v6 == null ? "" : "hop limit " + v6.getHeader().getHopLimitAsInt();
    }

    private static String flags(TcpPacket.TcpHeader tcp) {
        return (tcp.getSyn() ? "S" : "")
                + (tcp.getFin() ? "F" : "")
                + (tcp.getRst() ? "R" : "")
                + (tcp.getPsh() ? "P" : "")
                + (tcp.getAck() ? "." : "");
    }

    private static String options(TcpPacket.TcpHeader tcp) {
        return tcp.getOptions().stream().map(option -> option.getKind().name()).collect(Collectors.joining(", "));
    }
}
