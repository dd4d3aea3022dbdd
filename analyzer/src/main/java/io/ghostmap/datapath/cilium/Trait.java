package io.ghostmap.datapath.cilium;

import java.util.EnumSet;
import java.util.Set;

/** What the socket programs of some releases do and those of others do not ({@code bpf/bpf_sock.c}, {@code bpf/lib/lb.h}). */
enum Trait {
    /** connect() fails where a service leads nowhere; before, the connection went out with the service's own address. */
    REFUSES_DEAD_ENDS(Era.FROM_1_13, Era.FROM_1_19_4),

    /** It names the error of such a refusal ({@code bpf_set_retval}); before, an #include came too late for that. */
    NAMES_ERRORS(Era.FROM_1_19_4, Era.FROM_1_19_4),

    /** In-cluster clients go on to the internal scope by a flag of its own; before, by that of externalTrafficPolicy. */
    TWO_SCOPES(Era.FROM_1_13, Era.FROM_1_19_4),

    /** It looks a service up with the protocol in the key; before, with 0 for all of them. */
    LOOKS_FOR_PROTOCOL(Era.V1_17, Era.FROM_1_19_4),

    /** If that misses, it looks for protocol 0. */
    LOOKS_FOR_ANY_AS_WELL(Era.V1_17, Era.V1_18),

    /** What it has found with protocol 0 it follows with that, into the internal scope as well. */
    STAYS_WITH_ANY(Era.V1_17, Era.V1_17),

    /** The skip_lb maps exempt clients from a local redirect policy; before, a socket of the backend in their namespace. */
    SKIP_MAPS(Era.V1_16, Era.FROM_1_19_4),

    /** It leaves services alone that are delegated to a proxy. */
    LEAVES_DELEGATED(Era.V1_19, Era.FROM_1_19_4),

    /** The agent can have it let connections to services without backends pass. */
    CAN_PASS_EMPTY_SERVICES(Era.V1_19, Era.FROM_1_19_4),

    /** A service of a proxy whose port is 0 is one like any other. */
    NEEDS_PROXY_PORT(Era.V1_18, Era.FROM_1_19_4),

    /** NodePorts hold for the addresses of nodes of other clusters as well. */
    NODES_OF_OTHER_CLUSTERS(Era.UP_TO_1_12, Era.V1_18),

    /**
     * It asks for the client's network namespace; where it cannot, every client is on the host, and no session affinity is
     * kept. The instructions say whether it does.
     */
    ASKS_FOR_NAMESPACE(Era.UP_TO_1_12, Era.FROM_1_19_4);

    private final Set<Era> eras;

    Trait(Era first, Era last) {
        this.eras = EnumSet.range(first, last);
    }

    static Set<Trait> of(Era era) {
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        for (Trait trait : values()) {
            if (trait.eras.contains(era)) {
                traits.add(trait);
            }
        }
        return traits;
    }
}
