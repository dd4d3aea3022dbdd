package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u8;

/** What a packet travelled in. One level is opened: a node's overlay has no more. */
public enum Tunnel {
    NONE(""),
    VXLAN("vxlan"),
    GENEVE("geneve"),
    IPIP("ipip");

    /** RFC 7348, and what Linux and Cilium take by default. */
    private static final int VXLAN_PORT = 4789;

    private static final int VXLAN_PORT_LINUX = 8472;
    private static final int GENEVE_PORT = 6081;

    private static final int UDP_HEADER = 8;
    private static final int VXLAN_HEADER = 8;
    private static final int VXLAN_FLAG_VNI = 0x08;
    private static final int GENEVE_HEADER = 8;
    private static final int GENEVE_OPTION_WORDS = 0x3f;
    private static final int ETHERNET_BRIDGING = 0x6558;

    private final String word;

    Tunnel(String word) {
        this.word = word;
    }

    /** Lower case, as {@code ip -d link} spells it; empty for none. */
    public String word() {
        return word;
    }

    /** Which tunnel a UDP datagram is by its port and the fixed fields of its header. */
    static Tunnel of(byte[] bytes, int udp, int end) {
        if (end - udp < UDP_HEADER + VXLAN_HEADER) {
            return NONE;
        }
        int header = udp + UDP_HEADER;
        return switch (u16be(bytes, udp + 2)) {
            case VXLAN_PORT, VXLAN_PORT_LINUX -> (bytes[header] & VXLAN_FLAG_VNI) != 0 ? VXLAN : NONE;
            case GENEVE_PORT ->
                u8(bytes, header) >> 6 == 0 && u16be(bytes, header + 2) == ETHERNET_BRIDGING ? GENEVE : NONE;
            default -> NONE;
        };
    }

    /** Where the inner Ethernet frame starts in a datagram that {@link #of} named. */
    int innerEthernet(byte[] bytes, int udp) {
        int header = udp + UDP_HEADER;
        return this == VXLAN
                ? header + VXLAN_HEADER
                : header + GENEVE_HEADER + (bytes[header] & GENEVE_OPTION_WORDS) * 4;
    }
}
