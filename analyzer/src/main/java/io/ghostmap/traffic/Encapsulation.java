package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;

/** What a packet can travel in that is not opened: no node of Cilium's produces it, or it is encrypted. */
enum Encapsulation {
    PPPOE("PPPoE"),
    MPLS("MPLS"),
    GRE("GRE"),
    ERSPAN("ERSPAN"),
    VXLAN_GPE("VXLAN-GPE"),
    GENEVE("Geneve with neither Ethernet nor IP inside"),
    NESTED("a tunnel inside a tunnel"),
    ESP("ESP");

    private static final int GRE_PROTOCOL_AT = 2;
    private static final int ERSPAN_I_II = 0x88be;
    private static final int ERSPAN_III = 0x22eb;

    private static final int VXLAN_GPE_PORT = 4790;
    private static final int UDP_AND_VXLAN_GPE = 16;

    /** That there is a network identifier, and a protocol of what follows. */
    private static final int VXLAN_GPE_FLAGS = 0x0c;

    private final String name;

    Encapsulation(String name) {
        this.name = name;
    }

    /** Ports of mirrored traffic and other GRE, by the protocol that its header names (RFC 2784). */
    static Encapsulation ofGre(byte[] bytes, int at, int end) {
        int protocol = end - at < GRE_PROTOCOL_AT + 2 ? 0 : u16be(bytes, at + GRE_PROTOCOL_AT);
        return protocol == ERSPAN_I_II || protocol == ERSPAN_III ? ERSPAN : GRE;
    }

    /** Whether the datagram is of a tunnel over UDP that is not opened. */
    static boolean isIn(byte[] bytes, int udp, int end) {
        return u16be(bytes, udp + 2) == VXLAN_GPE_PORT
                && end - udp >= UDP_AND_VXLAN_GPE
                && (bytes[udp + 8] & VXLAN_GPE_FLAGS) == VXLAN_GPE_FLAGS;
    }

    Text text() {
        return Text.of(Term.word(name));
    }

    /** What is encrypted on the wire passes the node's own devices in the clear. */
    boolean isEncrypted() {
        return this == ESP;
    }
}
