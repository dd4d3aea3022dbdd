package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u8;

/** What a packet traveled in. One level is opened: a node's overlay has no more. */
public enum Tunnel {
    NONE(""),
    VXLAN("vxlan"),
    GENEVE("geneve"),
    IPIP("ipip");

    /** What a tunnel's header says that follows it. */
    enum Content {
        ETHERNET,
        IP,
        OTHER
    }

    private static final int UDP_HEADER = 8;

    /** Of VXLAN, and of Geneve without options. */
    private static final int HEADER = 8;

    private static final int VXLAN_FLAG_VNI = 0x08;
    private static final int GENEVE_OPTION_WORDS = 0x3f;
    private static final int ETHERNET_BRIDGING = 0x6558;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int MPLS = 0x8847;
    private static final int NETWORK_SERVICE_HEADER = 0x894f;

    private final String word;

    Tunnel(String word) {
        this.word = word;
    }

    /** Lower case, as {@code ip -d link} spells it; empty for none. */
    public String word() {
        return word;
    }

    /** Whether a datagram to a tunnel's port has room for its header, and was captured without. */
    static boolean isCutIn(byte[] bytes, int udp, int end, int statedEnd, TunnelPorts ports) {
        int port = u16be(bytes, udp + 2);
        int behind = udp + UDP_HEADER + HEADER;
        return end < behind && statedEnd >= behind && (ports.isOfVxlan(port) || ports.isOfGeneve(port));
    }

    /** Which tunnel a UDP datagram is by its port and the fixed fields of its header. */
    static Tunnel of(byte[] bytes, int udp, int end, TunnelPorts ports) {
        if (end - udp < UDP_HEADER + HEADER) {
            return NONE;
        }
        int port = u16be(bytes, udp + 2);
        int header = udp + UDP_HEADER;
        if (ports.isOfGeneve(port) && isGeneve(bytes, header)) {
            return GENEVE;
        }
        return ports.isOfVxlan(port) && (bytes[header] & VXLAN_FLAG_VNI) != 0 ? VXLAN : NONE;
    }

    /** Version 0 (RFC 8926) with a protocol that is sent in it; a client's own port can be the same number. */
    private static boolean isGeneve(byte[] bytes, int header) {
        boolean known = switch (u16be(bytes, header + 2)) {
            case ETHERNET_BRIDGING, IPV4, IPV6, MPLS, NETWORK_SERVICE_HEADER -> true;
            default -> false;
        };
        return known && u8(bytes, header) >> 6 == 0;
    }

    /** What follows the header of a tunnel that {@link #of} named. */
    Content content(byte[] bytes, int header) {
        if (this == VXLAN) {
            return Content.ETHERNET;
        }
        return switch (u16be(bytes, header + 2)) {
            case ETHERNET_BRIDGING -> Content.ETHERNET;
            case IPV4, IPV6 -> Content.IP;
            default -> Content.OTHER;
        };
    }

    /** Where that starts. */
    int payloadAt(byte[] bytes, int header) {
        return this == VXLAN ? header + HEADER : header + HEADER + (bytes[header] & GENEVE_OPTION_WORDS) * 4;
    }
}
