package io.ghostmap.datapath.cilium;

import java.util.EnumSet;
import java.util.Set;

/** What the socket programs of some releases do and those of others do not ({@code bpf/bpf_sock.c}, {@code bpf/lib/lb.h}). */
enum Trait {
    /** connect() fails if a service has no backend; before, the connection left with the service's own address. */
    REFUSES_DEAD_ENDS(Era.FROM_1_13, Era.FROM_1_19_4),

    /** It names the error of such a refusal ({@code bpf_set_retval}); before, an #include came too late for that. */
    NAMES_ERRORS(Era.FROM_1_19_4, Era.FROM_1_19_4),

    /** An entry can send in-cluster clients on to the internal scope. */
    SCOPES(Era.FROM_1_8, Era.FROM_1_19_4),

    /** In-cluster clients go on to the internal scope by a flag of its own; before, by that of externalTrafficPolicy. */
    TWO_SCOPES(Era.FROM_1_13, Era.FROM_1_19_4),

    /** It looks a service up with the protocol in the key; before, with 0 for all of them. */
    LOOKS_FOR_PROTOCOL(Era.V1_17, Era.FROM_1_19_4),

    /** If that misses, it looks for protocol 0. */
    LOOKS_FOR_ANY_AS_WELL(Era.V1_17, Era.V1_18),

    /** What it has found with protocol 0 it follows with that, into the internal scope as well. */
    STAYS_WITH_ANY(Era.V1_17, Era.V1_17),

    /**
     * A client in whose namespace a socket has the address of the chosen backend is exempt from a local redirect policy. The
     * instructions show whether it looks for one.
     */
    LOOKS_FOR_SOCKETS(Era.FROM_1_8, Era.V1_15),

    /** The skip_lb maps exempt clients from a local redirect policy. */
    SKIP_MAPS(Era.V1_16, Era.FROM_1_19_4),

    /** It leaves services alone that are delegated to a proxy. */
    LEAVES_DELEGATED(Era.V1_19, Era.FROM_1_19_4),

    /** The agent can have it let connections to services without backends pass. */
    CAN_PASS_EMPTY_SERVICES(Era.V1_19, Era.FROM_1_19_4),

    /** A service of a proxy whose port is 0 is one like any other. */
    NEEDS_PROXY_PORT(Era.V1_18, Era.FROM_1_19_4),

    /** NodePorts hold for the addresses of nodes of other clusters as well. */
    NODES_OF_OTHER_CLUSTERS(Era.V1_6, Era.V1_18),

    /** NodePorts hold for the addresses of other nodes. */
    OTHER_NODES(Era.V1_7, Era.FROM_1_19_4),

    /** A node on which the API server runs is one, too, though it has an identity of its own. */
    NODE_OF_API_SERVER(Era.FROM_1_11, Era.FROM_1_19_4),

    /** So is a node with an identity of the scope of remote nodes. */
    REMOTE_NODE_SCOPE(Era.V1_15, Era.FROM_1_19_4),

    /**
     * A NodePort of this node is looked up under address 0 alone, whatever the flags of the entry; later the address itself
     * comes first, and the entry under address 0 must be a NodePort's.
     */
    SURROGATE_ALONE(Era.V1_6, Era.V1_6),

    /** An entry for externalTrafficPolicy: Local holds for the addresses of this node, one of an external IP for all nodes'. */
    GUARDS_LOCAL_SERVICES(Era.V1_7, Era.V1_7),

    /** Where a name comes from, the entry under address 0 counts for the addresses of the node as well. */
    RECALLS_SURROGATES(Era.FROM_1_8, Era.FROM_1_19_4),

    /** It notes streams; before, only datagrams. */
    NOTES_STREAMS(Era.FROM_1_8, Era.FROM_1_19_4),

    /** It notes the address that the client asked for; before, that of the entry, which is 0 for a NodePort. */
    NOTES_WHAT_WAS_ASKED(Era.FROM_1_8, Era.FROM_1_19_4),

    /** Programs for IPv6 look an IPv4 address up in the IPv4 maps. */
    UNWRAPS_MAPPED(Era.V1_7, Era.FROM_1_19_4),

    /** The socket's cookie chooses the backend of streams as well. */
    CHOOSES_STREAMS_BY_COOKIE(Era.V1_6, Era.V1_7),

    /** It asks for the socket's cookie. One that was built without takes the first slot for every datagram. */
    ASKS_FOR_SOCKET(Era.V1_6, Era.FROM_1_19_4),

    /**
     * It asks for the client's network namespace; where it cannot, every client is on the host, and no session affinity is
     * kept. The instructions say whether it does.
     */
    ASKS_FOR_NAMESPACE(Era.FROM_1_8, Era.FROM_1_19_4);

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
