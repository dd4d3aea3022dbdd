package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u8;

import io.ghostmap.net.IpAddress;

/**
 * The fields of one packet that decide about connection attempts, read in place: IP, behind one tunnel if there is one,
 * then TCP, UDP, or an ICMP error with the header that it quotes. Reused for every packet.
 */
final class IpPacket {
    /** What {@link #decode} found. */
    enum Kind {
        TCP,
        UDP,
        /** An ICMP or ICMPv6 error that quotes TCP or UDP; the addresses and ports are the quoted ones. */
        ICMP_ERROR,
        /** A fragment behind the first: it has no ports. */
        LATER_FRAGMENT,
        /** The snap length cut it before what decides. */
        CUT,
        OTHER
    }

    static final int FLAG_FIN = 0x01;
    static final int FLAG_SYN = 0x02;
    static final int FLAG_RST = 0x04;
    static final int FLAG_ACK = 0x10;

    /** Two addresses and two ports. */
    static final int LONGEST_KEY = 2 * IpAddress.V6_BYTES + 4;

    private static final int ICMP = 1;
    private static final int IPV4_IN_IP = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV6_IN_IP = 41;
    private static final int ICMPV6 = 58;

    /** Flags end at byte 14, and tshark believes them only with the window behind them. */
    private static final int TCP_THROUGH_WINDOW = 16;

    private static final int TCP_FIXED_WORDS = 5;
    private static final int UDP_HEADER = 8;

    /** What an ICMP error quotes at least: TCP's ports and sequence number, all of UDP's header (RFC 792). */
    private static final int QUOTED = 8;

    private final IpHeader ip = new IpHeader();
    private final LinkLayer inner = new LinkLayer();
    private byte[] bytes = new byte[0];
    private int end;
    private int ipStart;
    private Tunnel tunnel = Tunnel.NONE;
    private boolean quotesTcp;

    private int sourcePort;
    private int destinationPort;
    private int flags;
    private int sequence;
    private int acknowledgment;
    private int payload;

    Kind decode(byte[] packet, int start, int packetEnd) {
        bytes = packet;
        end = packetEnd;
        tunnel = Tunnel.NONE;
        return network(start);
    }

    private Kind network(int start) {
        ipStart = start;
        return switch (ip.decode(bytes, start, end)) {
            case WHOLE -> transport();
            case LATER_FRAGMENT -> ip.protocol() == TCP || ip.protocol() == UDP ? Kind.LATER_FRAGMENT : Kind.OTHER;
            case CUT -> Kind.CUT;
            case NOT_IP -> Kind.OTHER;
        };
    }

    private Kind transport() {
        end = Math.min(end, ip.statedEnd());
        return switch (ip.protocol()) {
            case TCP -> tcp();
            case UDP -> udp();
            case ICMP -> ip.addressBytes() == IpAddress.V4_BYTES ? icmp(3, 11) : Kind.OTHER;
            case ICMPV6 -> ip.addressBytes() == IpAddress.V6_BYTES ? icmp(1, 3) : Kind.OTHER;
            case IPV4_IN_IP, IPV6_IN_IP -> tunnelled(Tunnel.IPIP, ip.payloadAt());
            default -> Kind.OTHER;
        };
    }

    private Kind tcp() {
        int at = ip.payloadAt();
        if (end - at < TCP_THROUGH_WINDOW) {
            return Kind.CUT;
        }
        int words = (bytes[at + 12] & 0xf0) >> 4;
        if (words < TCP_FIXED_WORDS) {
            return Kind.OTHER;
        }
        ports(at);
        flags = u8(bytes, at + 13);
        acknowledgment = u32be(bytes, at + 8);
        payload = Math.max(0, ip.statedEnd() - at - words * 4);
        return Kind.TCP;
    }

    private void ports(int at) {
        sourcePort = u16be(bytes, at);
        destinationPort = u16be(bytes, at + 2);
        sequence = u32be(bytes, at + 4);
    }

    private Kind udp() {
        int at = ip.payloadAt();
        if (end - at < UDP_HEADER) {
            return Kind.CUT;
        }
        if (tunnel == Tunnel.NONE) {
            Tunnel found = Tunnel.of(bytes, at, end);
            if (found != Tunnel.NONE) {
                int frame = found.innerEthernet(bytes, at);
                tunnel = found;
                return inner.ethernet(bytes, frame, end) ? network(inner.ipStart()) : Kind.OTHER;
            }
        }
        ports(at);
        return Kind.UDP;
    }

    private Kind tunnelled(Tunnel in, int start) {
        if (tunnel != Tunnel.NONE) {
            return Kind.OTHER;
        }
        tunnel = in;
        return network(start);
    }

    /** Destination unreachable and time exceeded, by the family's numbers. */
    private Kind icmp(int unreachable, int timeExceeded) {
        int at = ip.payloadAt();
        if (end - at < 8) {
            return Kind.OTHER;
        }
        int type = u8(bytes, at);
        return type == unreachable || type == timeExceeded ? quoted(at + 8) : Kind.OTHER;
    }

    private Kind quoted(int start) {
        boolean whole = ip.decode(bytes, start, end) == IpHeader.Outcome.WHOLE;
        quotesTcp = ip.protocol() == TCP;
        if (!whole || !(quotesTcp || ip.protocol() == UDP) || end - ip.payloadAt() < QUOTED) {
            return Kind.OTHER;
        }
        ports(ip.payloadAt());
        return Kind.ICMP_ERROR;
    }

    /** Source and destination, addresses then ports, as a key of 12 or 36 bytes; returns its length. */
    int key(byte[] into) {
        return key(into, ip.sourceAt(), ip.destinationAt(), sourcePort, destinationPort);
    }

    /** The key of the same flow in the other direction. */
    int reversedKey(byte[] into) {
        return key(into, ip.destinationAt(), ip.sourceAt(), destinationPort, sourcePort);
    }

    private int key(byte[] into, int first, int second, int firstPort, int secondPort) {
        int length = ip.addressBytes();
        System.arraycopy(bytes, first, into, 0, length);
        System.arraycopy(bytes, second, into, length, length);
        int at = 2 * length;
        into[at] = (byte) (firstPort >> 8);
        into[at + 1] = (byte) firstPort;
        into[at + 2] = (byte) (secondPort >> 8);
        into[at + 3] = (byte) secondPort;
        return at + 4;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** What opens a connection: SYN without ACK. Whatever else is set, tcpdump and tshark count it too. */
    boolean isSyn() {
        return (flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
    }

    /** Neither opens, answers nor ends: most of all frames. */
    boolean isUneventful() {
        return (flags & (FLAG_SYN | FLAG_RST | FLAG_FIN)) == 0;
    }

    int sequence() {
        return sequence;
    }

    int acknowledgment() {
        return acknowledgment;
    }

    /** Bytes behind the TCP header by the packet's own length, captured or not. */
    int payload() {
        return payload;
    }

    int sourcePort() {
        return sourcePort;
    }

    int destinationPort() {
        return destinationPort;
    }

    int identification() {
        return ip.identification();
    }

    /** For an ICMP error: whether it quotes TCP, else UDP. */
    boolean quotesTcp() {
        return quotesTcp;
    }

    Tunnel tunnel() {
        return tunnel;
    }

    /** The innermost IP packet as captured. */
    SamplePacket sample() {
        return SamplePacket.of(bytes, ipStart, end);
    }
}
