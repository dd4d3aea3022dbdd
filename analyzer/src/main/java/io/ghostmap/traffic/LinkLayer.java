package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u8;

/**
 * Finds the IP header after the link header, and what the link header says about interface and direction. Link types
 * and header shapes: tcpdump.org/linktypes, pcap 1.10.
 */
final class LinkLayer {
    static final int NULL = 0;
    static final int ETHERNET = 1;
    static final int PPP = 9;
    static final int RAW_BSD = 12;
    static final int RAW_OPENBSD = 14;
    static final int PPP_HDLC = 50;
    static final int RAW = 101;
    static final int LOOP = 108;
    static final int LINUX_SLL = 113;
    static final int IPV4 = 228;
    static final int IPV6 = 229;
    static final int NFLOG = 239;
    static final int LINUX_SLL2 = 276;

    /** Packet types of both cooked headers: to us, and sent by us. */
    private static final int PACKET_HOST = 0;

    private static final int PACKET_OUTGOING = 4;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_QINQ = 0x88a8;

    /** QinQ before 802.1ad, still written by some switches. */
    private static final int ETHERTYPE_QINQ_OLD = 0x9100;

    /** More tags are no shape that a node produces. */
    private static final int MAX_TAGS = 4;

    private static final int PPP_ADDRESS_AND_CONTROL = 0xff03;

    /** Cisco's HDLC, which captures of serial lines have in its stead (RFC 1547, 4.3.1). */
    private static final int CISCO_UNICAST = 0x0f00;

    private static final int CISCO_MULTICAST = 0x8f00;
    private static final int PPP_IPV4 = 0x0021;
    private static final int PPP_IPV6 = 0x0057;

    /** What {@link #decode} found. */
    enum Content {
        IP,
        /** IP in something that is not opened, see {@link #encapsulation()}. */
        ENCAPSULATED,
        /** The frame ends before its headers do. */
        SHORT,
        OTHER,
        UNKNOWN_LINK_TYPE
    }

    private final NflogHeader nflog = new NflogHeader();
    private int ipStart;
    private int ipEnd;
    private int interfaceIndex;
    private Direction direction = Direction.UNKNOWN;
    private Encapsulation encapsulation = Encapsulation.PPPOE;

    /** With {@link Content#IP}, {@link #ipStart()} and the others are set, and the first byte of IP was captured. */
    Content decode(int linkType, byte[] bytes, int start, int end) {
        interfaceIndex = 0;
        direction = Direction.UNKNOWN;
        return switch (linkType) {
            case ETHERNET -> ethernet(bytes, start, end);
            case LINUX_SLL -> end - start < 16 ? Content.SHORT : sll(bytes, start, end);
            case LINUX_SLL2 -> end - start < 20 ? Content.SHORT : sll2(bytes, start, end);
            case RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6 -> ip(start, end);
            case NULL, LOOP -> loopback(bytes, start, end);
            case PPP, PPP_HDLC -> ppp(bytes, start, end);
            case NFLOG -> nflog(bytes, start, end);
            default -> Content.UNKNOWN_LINK_TYPE;
        };
    }

    /** Also the frame inside VXLAN and Geneve; leaves interface and direction as the outer frame set them. */
    Content ethernet(byte[] bytes, int start, int end) {
        return end - start < 14 ? Content.SHORT : behindTags(bytes, u16be(bytes, start + 12), start + 14, end);
    }

    /** Cooked v1: packet type 2, ARPHRD 2, address length 2, address 8, protocol 2. No interface. */
    private Content sll(byte[] bytes, int start, int end) {
        direction = directionOf(u16be(bytes, start));
        return behindTags(bytes, u16be(bytes, start + 14), start + 16, end);
    }

    /** Cooked v2: protocol 2, reserved 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8. */
    private Content sll2(byte[] bytes, int start, int end) {
        interfaceIndex = u32be(bytes, start + 4);
        direction = directionOf(bytes[start + 10] & 0xff);
        return behindTags(bytes, u16be(bytes, start), start + 20, end);
    }

    private Content nflog(byte[] bytes, int start, int end) {
        Content content = nflog.decode(bytes, start, end);
        interfaceIndex = nflog.interfaceIndex();
        direction = nflog.direction();
        return content == Content.IP ? ip(nflog.payloadStart(), nflog.payloadEnd()) : content;
    }

    private Content loopback(byte[] bytes, int start, int end) {
        if (end - start < 4) {
            return Content.SHORT;
        }
        return family(bytes, start) ? ip(start + 4, end) : Content.OTHER;
    }

    /** The family, in the byte order of the machine that captured for NULL, big-endian for LOOP. */
    private static boolean family(byte[] bytes, int start) {
        int word = u32be(bytes, start);
        return isIpFamily(word) || isIpFamily(Integer.reverseBytes(word));
    }

    /** AF_INET everywhere; AF_INET6 of Linux, of NetBSD and OpenBSD, of FreeBSD, of macOS. */
    private static boolean isIpFamily(int family) {
        return switch (family) {
            case 2, 10, 24, 28, 30 -> true;
            default -> false;
        };
    }

    private Content ppp(byte[] bytes, int start, int end) {
        int first = end - start >= 4 ? u16be(bytes, start) : 0;
        if (first == CISCO_UNICAST || first == CISCO_MULTICAST) {
            return behindTags(bytes, u16be(bytes, start + 2), start + 4, end);
        }
        boolean framed = first == PPP_ADDRESS_AND_CONTROL;
        int at = framed ? start + 2 : start;
        if (end - at < 2) {
            return Content.SHORT;
        }
        // An odd first byte ends a protocol field that was compressed to one (RFC 1661, section 6.5).
        boolean compressed = (bytes[at] & 1) != 0;
        int protocol = compressed ? u8(bytes, at) : u16be(bytes, at);
        return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? ip(at + (compressed ? 1 : 2), end) : Content.OTHER;
    }

    private Content behindTags(byte[] bytes, int firstType, int firstStart, int end) {
        int type = firstType;
        int at = firstStart;
        for (int tags = 0; tags < MAX_TAGS && isTag(type); tags++) {
            if (end - at < 4) {
                return Content.SHORT;
            }
            type = u16be(bytes, at + 2);
            at += 4;
        }
        return switch (type) {
            case ETHERTYPE_IPV4, ETHERTYPE_IPV6 -> ip(at, end);
            default -> Encapsulation.ofEtherType(type).map(this::in).orElse(Content.OTHER);
        };
    }

    private Content in(Encapsulation unopened) {
        encapsulation = unopened;
        return Content.ENCAPSULATED;
    }

    private static boolean isTag(int type) {
        return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD;
    }

    private Content ip(int at, int end) {
        ipStart = at;
        ipEnd = end;
        return at < end ? Content.IP : Content.SHORT;
    }

    private static Direction directionOf(int packetType) {
        return switch (packetType) {
            case PACKET_HOST -> Direction.IN;
            case PACKET_OUTGOING -> Direction.OUT;
            default -> Direction.UNKNOWN;
        };
    }

    int ipStart() {
        return ipStart;
    }

    /** Where the captured bytes of IP end at most. */
    int ipEnd() {
        return ipEnd;
    }

    /** Of {@link Content#ENCAPSULATED}. */
    Encapsulation encapsulation() {
        return encapsulation;
    }

    /** The kernel's index on the captured node; 0 where the link header has none. */
    int interfaceIndex() {
        return interfaceIndex;
    }

    Direction direction() {
        return direction;
    }
}
