package io.ghostmap.traffic;

import static io.ghostmap.traffic.PcapReader.u16be;
import static io.ghostmap.traffic.PcapReader.u32be;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;

/**
 * The fields of one packet that decide about connection attempts, read in place: IPv4 with options and IPv6 with
 * extension headers, then TCP, or an ICMP error with the TCP header that it quotes. Reused for every packet.
 */
final class IpPacket {
    /** What {@link #decode} found. */
    enum Kind {
        TCP,
        /** An ICMP or ICMPv6 error that quotes a TCP header; the addresses and ports are the quoted ones. */
        ICMP_ERROR,
        /** A fragment behind the first: it has no ports. */
        LATER_FRAGMENT,
        /** TCP, and the snap length cut its header. */
        CUT,
        OTHER
    }

    static final int FLAG_SYN = 0x02;
    static final int FLAG_RST = 0x04;
    static final int FLAG_ACK = 0x10;

    private static final int PROTOCOL_ICMP = 1;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_ICMPV6 = 58;
    private static final int IPV4_FRAGMENT_OFFSET = 0x1fff;
    private static final int TCP_FIXED = 20;
    private static final int MOST_EXTENSIONS = 8;

    private byte[] bytes = new byte[0];
    private int end;
    private int addressBytes;
    private int sourceAt;
    private int destinationAt;
    private int protocol;
    private int transportAt;
    private boolean laterFragment;

    private int sourcePort;
    private int destinationPort;
    private int flags;
    private long sequence;
    private long acknowledgement;

    Kind decode(byte[] packet, int start, int packetEnd) {
        bytes = packet;
        end = packetEnd;
        if (!network(start)) {
            return Kind.OTHER;
        }
        if (laterFragment) {
            return protocol == PROTOCOL_TCP ? Kind.LATER_FRAGMENT : Kind.OTHER;
        }
        return switch (protocol) {
            case PROTOCOL_TCP -> tcp();
            case PROTOCOL_ICMP -> addressBytes == IpAddress.V4_BYTES ? icmp() : Kind.OTHER;
            case PROTOCOL_ICMPV6 -> addressBytes == IpAddress.V6_BYTES ? icmpV6() : Kind.OTHER;
            default -> Kind.OTHER;
        };
    }

    private boolean network(int start) {
        laterFragment = false;
        int version = start < end ? (bytes[start] & 0xf0) >> 4 : 0;
        return version == 4 ? networkV4(start) : version == 6 && networkV6(start);
    }

    private boolean networkV4(int start) {
        int header = end - start >= 20 ? (bytes[start] & 0x0f) * 4 : 0;
        if (header < 20) {
            return false;
        }
        addressBytes = IpAddress.V4_BYTES;
        sourceAt = start + 12;
        destinationAt = start + 16;
        protocol = bytes[start + 9] & 0xff;
        transportAt = start + header;
        laterFragment = (u16be(bytes, start + 6) & IPV4_FRAGMENT_OFFSET) != 0;
        return true;
    }

    private boolean networkV6(int start) {
        if (end - start < 40) {
            return false;
        }
        addressBytes = IpAddress.V6_BYTES;
        sourceAt = start + 8;
        destinationAt = start + 24;
        protocol = bytes[start + 6] & 0xff;
        transportAt = start + 40;
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(protocol); i++) {
            if (end - transportAt < 8) {
                return false;
            }
            int length = 8;
            if (protocol == 44) { // fragment header: fixed size, offset in the upper 13 bits
                laterFragment |= (u16be(bytes, transportAt + 2) & 0xfff8) != 0;
            } else if (protocol == 51) { // authentication header counts 4-byte words, less two
                length = ((bytes[transportAt + 1] & 0xff) + 2) * 4;
            } else {
                length = ((bytes[transportAt + 1] & 0xff) + 1) * 8;
            }
            protocol = bytes[transportAt] & 0xff;
            transportAt += length;
        }
        return !isExtension(protocol);
    }

    /** Hop-by-hop, routing, fragment, authentication, destination options. */
    private static boolean isExtension(int header) {
        return header == 0 || header == 43 || header == 44 || header == 51 || header == 60;
    }

    private Kind tcp() {
        if (end - transportAt < TCP_FIXED) {
            return Kind.CUT;
        }
        quotedTcp();
        acknowledgement = Integer.toUnsignedLong(u32be(bytes, transportAt + 8));
        flags = bytes[transportAt + 13] & 0xff;
        return Kind.TCP;
    }

    /** The first 8 bytes of TCP, all that an ICMP error has to quote: ports and sequence number. */
    private void quotedTcp() {
        sourcePort = u16be(bytes, transportAt);
        destinationPort = u16be(bytes, transportAt + 2);
        sequence = Integer.toUnsignedLong(u32be(bytes, transportAt + 4));
    }

    /** Destination unreachable (3) and time exceeded (11). */
    private Kind icmp() {
        int type = transportAt < end ? bytes[transportAt] & 0xff : 0;
        return type == 3 || type == 11 ? quoted(transportAt + 8) : Kind.OTHER;
    }

    /** Destination unreachable (1) and time exceeded (3). */
    private Kind icmpV6() {
        int type = transportAt < end ? bytes[transportAt] & 0xff : 0;
        return type == 1 || type == 3 ? quoted(transportAt + 8) : Kind.OTHER;
    }

    private Kind quoted(int start) {
        if (!network(start) || laterFragment || protocol != PROTOCOL_TCP || end - transportAt < 8) {
            return Kind.OTHER;
        }
        quotedTcp();
        return Kind.ICMP_ERROR;
    }

    Endpoint source() {
        return new Endpoint(IpAddress.of(bytes, sourceAt, addressBytes), sourcePort);
    }

    Endpoint destination() {
        return new Endpoint(IpAddress.of(bytes, destinationAt, addressBytes), destinationPort);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The SYN of a client: SYN set, ACK and RST not. */
    boolean isSyn() {
        return (flags & (FLAG_SYN | FLAG_ACK | FLAG_RST)) == FLAG_SYN;
    }

    boolean isSynAck() {
        return (flags & (FLAG_SYN | FLAG_ACK | FLAG_RST)) == (FLAG_SYN | FLAG_ACK);
    }

    long sequence() {
        return sequence;
    }

    long acknowledgement() {
        return acknowledgement;
    }
}
