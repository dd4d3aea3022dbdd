package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u8;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Optional;

/** What a packet can travel in that is not opened: no node of Cilium's produces it, or it is encrypted. */
enum Encapsulation {
    PPPOE("PPPoE"),
    MPLS("MPLS"),
    NSH("NSH"),
    PROVIDER_BACKBONE("802.1ah"),
    FABRIC_PATH("FabricPath"),
    MACSEC("MACsec"),
    GRE("GRE"),
    ERSPAN("ERSPAN"),
    ETHERIP("EtherIP"),
    L2TP("L2TP"),
    IP_COMPRESSION("IPComp"),
    ESP("ESP"),
    VXLAN_GPE("VXLAN-GPE"),
    GENEVE("Geneve with neither Ethernet nor IP inside"),
    GTP_U("GTP-U"),
    CAPWAP("CAPWAP"),
    TEREDO("Teredo"),
    NESTED("a tunnel inside a tunnel");

    private static final int GRE_PROTOCOL_AT = 2;
    private static final int ERSPAN_I_II = 0x88be;
    private static final int ERSPAN_III = 0x22eb;

    private static final int UDP_HEADER = 8;
    private static final int VXLAN_GPE_PORT = 4790;
    private static final int GTP_U_PORT = 2152;
    private static final int L2TP_PORT = 1701;
    private static final int MPLS_PORT = 6635;
    private static final int CAPWAP_DATA_PORT = 5247;
    private static final int TEREDO_PORT = 3544;

    /** That there is a network identifier, and a protocol of what follows. */
    private static final int VXLAN_GPE_FLAGS = 0x0c;

    /** Version 1, and GTP rather than GTP'. */
    private static final int GTP_VERSION_1 = 0x30;

    private static final int GTP_DATA = 0xff;
    private static final int L2TP_CONTROL = 0x80;
    private static final int L2TP_VERSION = 0x0f;

    private final String name;

    Encapsulation(String name) {
        this.name = name;
    }

    /** By the EtherType. */
    static Optional<Encapsulation> ofEtherType(int type) {
        return switch (type) {
            case 0x8847, 0x8848 -> Optional.of(MPLS);
            case 0x8864 -> Optional.of(PPPOE); // the session, not the discovery before it
            case 0x894f -> Optional.of(NSH);
            case 0x88e7 -> Optional.of(PROVIDER_BACKBONE);
            case 0x8903 -> Optional.of(FABRIC_PATH);
            case 0x88e5 -> Optional.of(MACSEC);
            default -> Optional.empty();
        };
    }

    /** By IP's protocol number; {@code at} is where its header starts. */
    static Optional<Encapsulation> ofProtocol(int protocol, byte[] bytes, int at, int end) {
        return switch (protocol) {
            case 47 -> Optional.of(ofGre(bytes, at, end));
            case 50 -> Optional.of(ESP);
            case 97 -> Optional.of(ETHERIP);
            case 108 -> Optional.of(IP_COMPRESSION);
            case 115 -> Optional.of(L2TP);
            case 137 -> Optional.of(MPLS);
            default -> Optional.empty();
        };
    }

    /** Mirrored traffic and other GRE, by the protocol that its header names (RFC 2784). */
    private static Encapsulation ofGre(byte[] bytes, int at, int end) {
        int protocol = end - at < GRE_PROTOCOL_AT + 2 ? 0 : u16be(bytes, at + GRE_PROTOCOL_AT);
        return protocol == ERSPAN_I_II || protocol == ERSPAN_III ? ERSPAN : GRE;
    }

    /** By the datagram's ports and the start of what it carries; clients' own ports can be the same numbers. */
    static Optional<Encapsulation> ofDatagram(byte[] bytes, int udp, int end) {
        int payload = udp + UDP_HEADER;
        if (end - payload < UDP_HEADER) {
            return Optional.empty();
        }
        int first = u8(bytes, payload);
        return switch (u16be(bytes, udp + 2)) {
            case VXLAN_GPE_PORT -> when((first & VXLAN_GPE_FLAGS) == VXLAN_GPE_FLAGS, VXLAN_GPE);
            case GTP_U_PORT -> when((first & 0xf0) == GTP_VERSION_1 && u8(bytes, payload + 1) == GTP_DATA, GTP_U);
            case MPLS_PORT -> Optional.of(MPLS);
            default -> ofEitherPort(bytes, udp, payload, first);
        };
    }

    private static Optional<Encapsulation> ofEitherPort(byte[] bytes, int udp, int payload, int first) {
        if (isPort(bytes, udp, L2TP_PORT)) {
            return when((first & L2TP_CONTROL) == 0 && (u8(bytes, payload + 1) & L2TP_VERSION) == 2, L2TP);
        }
        if (isPort(bytes, udp, CAPWAP_DATA_PORT)) {
            return when(first == 0, CAPWAP);
        }
        return when(isPort(bytes, udp, TEREDO_PORT) && first >> 4 == 6, TEREDO);
    }

    private static boolean isPort(byte[] bytes, int udp, int port) {
        return u16be(bytes, udp) == port || u16be(bytes, udp + 2) == port;
    }

    private static Optional<Encapsulation> when(boolean holds, Encapsulation found) {
        return holds ? Optional.of(found) : Optional.empty();
    }

    Text text() {
        return Text.of(Term.word(name));
    }

    /** What is encrypted on the wire passes the node's own devices in the clear. */
    boolean isEncrypted() {
        return this == ESP || this == MACSEC;
    }
}
