package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;

/**
 * Recognizes by a few bytes what most frames of a wide capture are: a whole TCP header over IP without options, tags or
 * tunnel, and neither SYN, FIN nor RST. It may miss such a frame, and never takes another: whatever it takes,
 * {@link IpPacket} would call TCP and uneventful.
 */
final class PlainSegment {
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int IPV4_WITHOUT_OPTIONS = 0x45;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final int TCP = 6;
    private static final int TCP_HEADER = 20;
    private static final int MIN_DATA_OFFSET = 0x50;
    private static final int EVENTS = IpPacket.FLAG_SYN | IpPacket.FLAG_RST | IpPacket.FLAG_FIN;

    private final int linkHeader;
    private final int typeAt;

    private PlainSegment(int linkHeader, int typeAt) {
        this.linkHeader = linkHeader;
        this.typeAt = typeAt;
    }

    /** For frames of that link type; recognizes none where the type has no fixed header with an EtherType. */
    static PlainSegment of(int linkType) {
        return switch (linkType) {
            case LinkLayer.ETHERNET -> new PlainSegment(14, 12);
            case LinkLayer.LINUX_SLL -> new PlainSegment(16, 14);
            case LinkLayer.LINUX_SLL2 -> new PlainSegment(20, 0);
            default -> new PlainSegment(Integer.MAX_VALUE / 2, 0);
        };
    }

    boolean is(byte[] bytes, int start, int end) {
        int ip = start + linkHeader;
        if (end - ip < IPV4_HEADER + TCP_HEADER) {
            return false;
        }
        int type = u16be(bytes, start + typeAt);
        if (type == ETHERTYPE_IPV4) {
            return bytes[ip] == IPV4_WITHOUT_OPTIONS
                    && bytes[ip + 9] == TCP
                    && (u16be(bytes, ip + 6) & FRAGMENT_OFFSET) == 0
                    && u16be(bytes, ip + 2) >= IPV4_HEADER + TCP_HEADER
                    && isUneventful(bytes, ip + IPV4_HEADER);
        }
        return type == ETHERTYPE_IPV6
                && end - ip >= IPV6_HEADER + TCP_HEADER
                && (bytes[ip] & 0xf0) == 0x60
                && bytes[ip + 6] == TCP
                && u16be(bytes, ip + 4) >= TCP_HEADER
                && isUneventful(bytes, ip + IPV6_HEADER);
    }

    private static boolean isUneventful(byte[] bytes, int tcp) {
        return (bytes[tcp + 12] & 0xff) >= MIN_DATA_OFFSET && (bytes[tcp + 13] & EVENTS) == 0;
    }
}
