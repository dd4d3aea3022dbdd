package io.ghostmap.datapath.cilium;

/** What a service's entry can be marked with. Which bits those are: {@link FlagBits}. */
enum ServiceFlag {
    /** The frontend is one of {@code spec.externalIPs}. */
    EXTERNAL_IP("ExternalIPs"),
    NODE_PORT("NodePort"),
    /** {@code externalTrafficPolicy: Local}; up to 1.12 it also sends in-cluster clients to the internal scope. */
    EXTERNAL_LOCAL("Local"),
    HOST_PORT("HostPort"),
    /** {@code sessionAffinity: ClientIP}. */
    AFFINITY("sessionAffinity"),
    LOAD_BALANCER("LoadBalancer"),
    /** Reachable from outside the cluster. */
    ROUTABLE("routable"),
    /** {@code loadBalancerSourceRanges} are checked, for traffic from outside only. */
    SOURCE_RANGE("check source-range"),
    /** A local redirect policy. */
    LOCAL_REDIRECT("LocalRedirect"),
    /** IPv4 frontend with IPv6 backends or the reverse: never translated at the socket. */
    NAT_46X64("46x64"),
    /** Connections go to a proxy. */
    L7_LOAD_BALANCER("l7-load-balancer"),
    /** A host port on a loopback address; shares its bit with {@link #L7_DELEGATE}. */
    LOOPBACK("loopback"),
    /** Connections go to a proxy if that is local; shares its bit with {@link #LOOPBACK}. */
    L7_DELEGATE("delegate-if-local"),
    /** {@code internalTrafficPolicy: Local}. */
    INTERNAL_LOCAL("InternalLocal"),
    /** Both scopes have entries: in-cluster clients look the frontend up again in the internal one. */
    TWO_SCOPES("two-scopes"),
    /** Of a slot: it is after the first {@code count} ones; shares its bit with {@link #SOURCE_RANGE_DENY}. */
    QUARANTINED("quarantined"),
    /** The source ranges are a deny list; shares its bit with {@link #QUARANTINED}. */
    SOURCE_RANGE_DENY("deny"),
    /** Direct server return, for this service alone. */
    DSR("dsr");

    private final String word;

    ServiceFlag(String word) {
        this.word = word;
    }

    /** As {@code cilium-dbg bpf lb list} says it. */
    String word() {
        return word;
    }
}
