package io.ghostmap.traffic;

import java.util.BitSet;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The UDP ports at which a node's overlay receives: those of the protocols, and the one that its agent is configured with.
 * A capture may be read before that configuration, so that ports which datagrams went to are remembered until then.
 */
final class TunnelPorts {
    private static final int VXLAN = 4789; // RFC 7348
    private static final int VXLAN_OF_LINUX = 8472;
    private static final int GENEVE = 6081;
    private static final int MAX_PORT = 65_535;

    /** {@code TunnelPort : 8473} of {@code cilium-dbg config -a}, {@code tunnel-port: "8473"} of the agent's ConfigMap. */
    private static final Pattern SETTING =
            Pattern.compile("(?m)^\\W*(?:TunnelPort|tunnel-port)\\W+(?<port>[1-9]\\d{3,4})\\W*$");

    private final BitSet seen = new BitSet();
    private OptionalInt ofAgent = OptionalInt.empty();

    /** What the agent's configuration says; a text that does not name the port changes nothing. */
    void configure(String configuration) {
        Matcher setting = SETTING.matcher(configuration);
        if (setting.find() && Integer.parseInt(setting.group("port")) <= MAX_PORT) {
            ofAgent = OptionalInt.of(Integer.parseInt(setting.group("port")));
        }
    }

    /** The same ports, with nothing seen. */
    TunnelPorts afresh() {
        TunnelPorts same = new TunnelPorts();
        same.ofAgent = ofAgent;
        return same;
    }

    /** A datagram went to that port and was not taken for a tunnel. */
    void see(int port) {
        seen.set(port);
    }

    /** Whether datagrams to the agent's port were read before it was known. */
    boolean missed() {
        return ofAgent.isPresent() && seen.get(ofAgent.getAsInt());
    }

    boolean isOfVxlan(int port) {
        return port == VXLAN || port == VXLAN_OF_LINUX || isOfAgent(port);
    }

    boolean isOfGeneve(int port) {
        return port == GENEVE || isOfAgent(port);
    }

    private boolean isOfAgent(int port) {
        return ofAgent.isPresent() && ofAgent.getAsInt() == port;
    }
}
