package io.ghostmap.datapath;

/** What a translating program does with a service that leads nowhere: no backend, no slot, no such backend. */
public enum Semantics {
    /** Cilium 1.13 and later: connect() fails. */
    REFUSES_DEAD_END,
    /** Cilium up to 1.12: the connection goes out with the service's own address. */
    PASSES_DEAD_END
}
