package io.ghostmap.datapath;

import java.util.Optional;

/** What a map is for. */
public enum MapRole {
    SERVICES_V4("services", Family.IPV4),
    SERVICES_V6("services", Family.IPV6),
    BACKENDS_V4("backends", Family.IPV4),
    BACKENDS_V6("backends", Family.IPV6),
    REVERSE_NAT_V4("reverse_nat", Family.IPV4),
    REVERSE_NAT_V6("reverse_nat", Family.IPV6),
    REVERSE_SK_V4("reverse_sk", Family.IPV4),
    REVERSE_SK_V6("reverse_sk", Family.IPV6),
    AFFINITY_V4("affinity", Family.IPV4),
    AFFINITY_V6("affinity", Family.IPV6),
    AFFINITY_MATCH("affinity_match"),
    SOURCE_RANGE_V4("source_range", Family.IPV4),
    SOURCE_RANGE_V6("source_range", Family.IPV6),
    SKIP_LB_V4("skip_lb", Family.IPV4),
    SKIP_LB_V6("skip_lb", Family.IPV6),
    MAGLEV_V4("maglev", Family.IPV4),
    MAGLEV_V6("maglev", Family.IPV6),
    /** One for each service, held by the outer map alone. */
    MAGLEV_INNER("maglev_inner"),
    HEALTH_V4("health", Family.IPV4),
    HEALTH_V6("health", Family.IPV6),
    LB_ACT("lb_act"),
    /** The services of 1.5 and before, with the backend in the entry; no socket program reads them. */
    OLD_SERVICES_V4("services_v1", Family.IPV4),
    OLD_SERVICES_V6("services_v1", Family.IPV6),
    IPCACHE("ipcache"),
    ENDPOINTS("endpoints"),
    NODE_IDS("node_ids"),
    TUNNELS("tunnels"),
    CT_TCP_V4("conntrack_tcp", Family.IPV4),
    CT_TCP_V6("conntrack_tcp", Family.IPV6),
    CT_ANY_V4("conntrack_any", Family.IPV4),
    CT_ANY_V6("conntrack_any", Family.IPV6),
    SNAT_V4("snat", Family.IPV4),
    SNAT_V6("snat", Family.IPV6),
    SNAT_RETRIES_V4("snat_retries", Family.IPV4),
    SNAT_RETRIES_V6("snat_retries", Family.IPV6),
    METRICS("metrics"),
    RUNTIME_CONFIG("runtime_config"),

    /** Not the load balancer's: only known so that a map of the same sizes is not mistaken for one that is. */
    OTHER("other");

    private final String word;
    private final Optional<Family> family;

    MapRole(String word) {
        this.word = word;
        this.family = Optional.empty();
    }

    MapRole(String word, Family family) {
        this.word = word;
        this.family = Optional.of(family);
    }

    /** Empty for a map that serves both families, or neither. */
    public Optional<Family> family() {
        return family;
    }

    public boolean isServices() {
        return this == SERVICES_V4 || this == SERVICES_V6;
    }

    public boolean isBackends() {
        return this == BACKENDS_V4 || this == BACKENDS_V6;
    }

    /** Whether an agent has one such map, so that a second one is another generation or another agent's. */
    public boolean isSingle() {
        return this != MAGLEV_INNER && this != OTHER;
    }

    /** Such as {@code services/IPv4}. */
    @Override
    public String toString() {
        return word + family.map(f -> f == Family.IPV4 ? "/IPv4" : "/IPv6").orElse("");
    }
}
