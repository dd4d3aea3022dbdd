package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u8;

import io.ghostmap.net.IpAddress;
import java.util.Optional;

/**
 * The fields of one packet that decide about connection attempts, read in place: IP, inside one tunnel if there is one,
 * then TCP, UDP, or an ICMP error with the header that it quotes. Reused for every packet.
 */
final class IpPacket {
    /** What {@link #decode} found. */
    enum Kind {
        TCP,
        UDP,
        /** An ICMP or ICMPv6 error that refuses the TCP or UDP that it quotes; the addresses and ports are the quoted ones. */
        ICMP_ERROR,
        /** A fragment after the first: it has no ports. */
        LATER_FRAGMENT,
        /** The snap length cut it before what decides. */
        CUT,
        /** The frame ends before what decides although nothing says that it was cut. */
        ENDS_EARLY,
        /** By its own length it has no room for what it should hold, or it contradicts itself. */
        MALFORMED,
        /** In something that is not opened, see {@link #encapsulation()}. */
        ENCAPSULATED,
        OTHER
    }

    static final int FLAG_FIN = 0x01;
    static final int FLAG_SYN = 0x02;
    static final int FLAG_RST = 0x04;
    static final int FLAG_ACK = 0x10;

    /** Two addresses and two ports. */
    static final int MAX_KEY = 2 * IpAddress.V6_BYTES + 4;

    private static final int ICMP = 1;
    private static final int IPV4_IN_IP = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV6_IN_IP = 41;
    private static final int ICMPV6 = 58;

    /** Flags end at byte 14, and tshark accepts them only with the window after them. */
    private static final int TCP_THROUGH_WINDOW = 16;

    private static final int TCP_FIXED_WORDS = 5;
    private static final int UDP_HEADER = 8;
    private static final int ICMP_HEADER = 8;

    /** What an ICMP error quotes at least: TCP's ports and sequence number, all of UDP's header (RFC 792). */
    private static final int QUOTED = 8;

    /** Where a packet ends that is in none that states its length. */
    private static final int UNSTATED = Integer.MAX_VALUE;

    private final IpHeader ip = new IpHeader();
    private final LinkLayer inner = new LinkLayer();
    private final TunnelPorts tunnelPorts;
    private byte[] bytes = new byte[0];
    private int end;
    private boolean cut;
    private int ipStart;
    private int destinationAt;
    private int addressBytes;
    private int enclosingEnd;
    private Tunnel tunnel = Tunnel.NONE;
    private Encapsulation encapsulation = Encapsulation.NESTED;
    private Optional<Encapsulation> carried = Optional.empty();
    private boolean quotesTcp;

    private int sourcePort;
    private int destinationPort;
    private int flags;
    private int sequence;
    private int acknowledgment;
    private int payload;

    IpPacket(TunnelPorts tunnelPorts) {
        this.tunnelPorts = tunnelPorts;
    }

    /** {@code isCut}: whether the snap length cut the frame at {@code packetEnd}. */
    Kind decode(byte[] packet, int start, int packetEnd, boolean isCut) {
        bytes = packet;
        end = packetEnd;
        cut = isCut;
        tunnel = Tunnel.NONE;
        enclosingEnd = UNSTATED;
        return network(start);
    }

    private Kind network(int start) {
        ipStart = start;
        addressBytes = 0;
        IpHeader.Outcome outcome = ip.decode(bytes, start, end);
        if (outcome != IpHeader.Outcome.SHORT && outcome != IpHeader.Outcome.NOT_IP) {
            addressBytes = ip.addressBytes();
            destinationAt = ip.destinationAt();
        }
        return switch (outcome) {
            case WHOLE -> transport();
            case LATER_FRAGMENT -> ip.protocol() == TCP || ip.protocol() == UDP ? Kind.LATER_FRAGMENT : Kind.OTHER;
            case SHORT -> lacking(enclosingEnd, end + 1);
            case SHORT_BEHIND_ADDRESSES -> lacking(ip.statedEnd(), end + 1);
            case NOT_IP -> Kind.MALFORMED;
        };
    }

    /** Why the bytes end before {@code needed}: the packet itself does, or what was captured of it. */
    private Kind lacking(int statedEnd, int needed) {
        if (statedEnd < needed) {
            return Kind.MALFORMED;
        }
        return cut ? Kind.CUT : Kind.ENDS_EARLY;
    }

    private Kind transport() {
        end = Math.min(end, ip.statedEnd());
        return switch (ip.protocol()) {
            case TCP -> tcp();
            case UDP -> udp();
            case ICMP -> ip.addressBytes() == IpAddress.V4_BYTES ? icmp() : Kind.OTHER;
            case ICMPV6 -> ip.addressBytes() == IpAddress.V6_BYTES ? icmp() : Kind.OTHER;
            case IPV4_IN_IP, IPV6_IN_IP -> inside(Tunnel.IPIP, ip.payloadAt());
            default ->
                Encapsulation.ofProtocol(ip.protocol(), bytes, ip.payloadAt(), end)
                        .map(this::in)
                        .orElse(Kind.OTHER);
        };
    }

    private Kind tcp() {
        int at = ip.payloadAt();
        if (end - at < TCP_THROUGH_WINDOW) {
            return lacking(ip.statedEnd(), at + TCP_THROUGH_WINDOW);
        }
        int words = (bytes[at + 12] & 0xf0) >> 4;
        if (words < TCP_FIXED_WORDS) {
            return Kind.MALFORMED;
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
            return lacking(ip.statedEnd(), at + UDP_HEADER);
        }
        if (Tunnel.isCutIn(bytes, at, end, ip.statedEnd(), tunnelPorts)) {
            addressBytes = 0;
            return lacking(ip.statedEnd(), end + 1);
        }
        Tunnel found = Tunnel.of(bytes, at, end, tunnelPorts);
        if (found != Tunnel.NONE) {
            return inUdp(found, at + UDP_HEADER);
        }
        ports(at);
        tunnelPorts.see(destinationPort);
        carried = Encapsulation.ofDatagram(bytes, at, end);
        return Kind.UDP;
    }

    private Kind inUdp(Tunnel in, int header) {
        if (tunnel != Tunnel.NONE) {
            return in(Encapsulation.NESTED);
        }
        enter(in);
        int payloadAt = in.payloadAt(bytes, header);
        return switch (in.content(bytes, header)) {
            case ETHERNET -> bridged(payloadAt);
            case IP -> network(payloadAt);
            case OTHER -> in(Encapsulation.GENEVE);
        };
    }

    private Kind bridged(int start) {
        return switch (inner.ethernet(bytes, start, end)) {
            case IP -> network(inner.ipStart());
            case SHORT -> lacking(enclosingEnd, end + 1);
            case ENCAPSULATED -> in(inner.encapsulation());
            case OTHER, UNKNOWN_LINK_TYPE -> Kind.OTHER;
        };
    }

    private Kind inside(Tunnel in, int start) {
        if (tunnel != Tunnel.NONE) {
            return in(Encapsulation.NESTED);
        }
        enter(in);
        return network(start);
    }

    private void enter(Tunnel in) {
        tunnel = in;
        enclosingEnd = ip.statedEnd();
        addressBytes = 0;
    }

    private Kind in(Encapsulation unopened) {
        encapsulation = unopened;
        return Kind.ENCAPSULATED;
    }

    private Kind icmp() {
        int at = ip.payloadAt();
        if (end - at < ICMP_HEADER) {
            return lacking(ip.statedEnd(), at + ICMP_HEADER);
        }
        boolean v4 = ip.addressBytes() == IpAddress.V4_BYTES;
        int type = u8(bytes, at);
        int code = u8(bytes, at + 1);
        boolean refuses = v4 ? refusesV4(type, code) : refusesV6(type, code);
        return refuses ? quoted(at + ICMP_HEADER, ip.statedEnd()) : Kind.OTHER;
    }

    /** Not "fragmentation needed", which smaller packets answer (RFC 1191), nor that fragments did not come together. */
    private static boolean refusesV4(int type, int code) {
        return (type == 3 && code != 4) || (type == 11 && code == 0);
    }

    /** The same in ICMPv6 (RFC 4443), in which "packet too big" has a type of its own. */
    private static boolean refusesV6(int type, int code) {
        return type == 1 || (type == 3 && code == 0);
    }

    private Kind quoted(int start, int statedEnd) {
        IpHeader.Outcome outcome = ip.decode(bytes, start, end);
        if (outcome == IpHeader.Outcome.SHORT || outcome == IpHeader.Outcome.SHORT_BEHIND_ADDRESSES) {
            return lacking(statedEnd, end + 1);
        }
        quotesTcp = ip.protocol() == TCP;
        if (outcome != IpHeader.Outcome.WHOLE || !(quotesTcp || ip.protocol() == UDP)) {
            return Kind.OTHER;
        }
        if (end - ip.payloadAt() < QUOTED) {
            return lacking(statedEnd, ip.payloadAt() + QUOTED);
        }
        ports(ip.payloadAt());
        return Kind.ICMP_ERROR;
    }

    /** Whether the destination is known of the packet that was not read to its end. */
    boolean isAddressed() {
        return addressBytes > 0;
    }

    /** Copies the destination's address; returns its length. Not the one that an ICMP error quotes. */
    int destination(byte[] into) {
        System.arraycopy(bytes, destinationAt, into, 0, addressBytes);
        return addressBytes;
    }

    /** Of {@link Kind#UDP}: what the datagram is if it is of a tunnel that is not opened. */
    Optional<Encapsulation> carried() {
        return carried;
    }

    /** Of {@link Kind#ENCAPSULATED}. */
    Encapsulation encapsulation() {
        return encapsulation;
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

    /** Bytes after the TCP header by the packet's own length, captured or not. */
    int payload() {
        return payload;
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
