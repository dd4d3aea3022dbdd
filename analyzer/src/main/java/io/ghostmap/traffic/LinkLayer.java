package io.ghostmap.traffic;

import static io.ghostmap.traffic.PcapReader.u16be;
import static io.ghostmap.traffic.PcapReader.u32be;

/**
 * Finds the IP header behind the link header, and what the link header tells of interface and direction. Link types
 * and header shapes: tcpdump.org/linktypes, pcap 1.10.
 */
final class LinkLayer {
    static final int NULL = 0;
    static final int ETHERNET = 1;
    static final int RAW_BSD = 12;
    static final int RAW_OPENBSD = 14;
    static final int RAW = 101;
    static final int LOOP = 108;
    static final int LINUX_SLL = 113;
    static final int IPV4 = 228;
    static final int IPV6 = 229;
    static final int LINUX_SLL2 = 276;

    /** Packet types of both cooked headers: to us, and sent by us. */
    private static final int PACKET_HOST = 0;

    private static final int PACKET_OUTGOING = 4;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_QINQ = 0x88a8;

    /** More than two tags are no shape that a node produces. */
    private static final int MOST_TAGS = 2;

    private final int linkType;
    private int ipStart;
    private int interfaceIndex;
    private Direction direction = Direction.UNKNOWN;

    LinkLayer(int linkType) {
        this.linkType = linkType;
    }

    boolean isKnown() {
        return switch (linkType) {
            case NULL, LOOP, ETHERNET, RAW, RAW_BSD, RAW_OPENBSD, LINUX_SLL, LINUX_SLL2, IPV4, IPV6 -> true;
            default -> false;
        };
    }

    /** Whether the frame carries IP whose first byte was captured; then {@link #ipStart()} and the others are set. */
    boolean decode(byte[] bytes, int start, int end) {
        interfaceIndex = 0;
        direction = Direction.UNKNOWN;
        return switch (linkType) {
            case ETHERNET -> end - start >= 14 && behindTags(bytes, u16be(bytes, start + 12), start + 14, end);
            case LINUX_SLL -> end - start >= 16 && sll(bytes, start, end);
            case LINUX_SLL2 -> end - start >= 20 && sll2(bytes, start, end);
            case RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6 -> ip(start, end);
            case NULL, LOOP -> ip(start + 4, end);
            default -> false;
        };
    }

    /** Cooked v1: packet type 2, ARPHRD 2, address length 2, address 8, protocol 2. No interface. */
    private boolean sll(byte[] bytes, int start, int end) {
        direction = directionOf(u16be(bytes, start));
        return behindTags(bytes, u16be(bytes, start + 14), start + 16, end);
    }

    /** Cooked v2: protocol 2, reserved 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8. */
    private boolean sll2(byte[] bytes, int start, int end) {
        interfaceIndex = u32be(bytes, start + 4);
        direction = directionOf(bytes[start + 10] & 0xff);
        return behindTags(bytes, u16be(bytes, start), start + 20, end);
    }

    private boolean behindTags(byte[] bytes, int firstType, int firstStart, int end) {
        int type = firstType;
        int at = firstStart;
        for (int tags = 0; tags < MOST_TAGS && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ); tags++) {
            if (end - at < 4) {
                return false;
            }
            type = u16be(bytes, at + 2);
            at += 4;
        }
        return (type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6) && ip(at, end);
    }

    private boolean ip(int at, int end) {
        ipStart = at;
        return at < end;
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

    /** The kernel's index on the captured node; 0 where the link header has none. */
    int interfaceIndex() {
        return interfaceIndex;
    }

    Direction direction() {
        return direction;
    }
}
