package io.ghostmap.datapath;

import io.ghostmap.text.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a map is for.
 *
 * @param family empty for a map that serves both families, or neither
 */
public record MapRole(Kind kind, Optional<Family> family) implements Comparable<MapRole> {
    /** What a map holds. */
    public enum Kind {
        SERVICES("services", true),
        BACKENDS("backends", true),
        REVERSE_NAT("reverse_nat", true),
        REVERSE_SK("reverse_sk", true),
        AFFINITY("affinity", true),
        AFFINITY_MATCH("affinity_match", false),
        SOURCE_RANGE("source_range", true),
        SKIP_LB("skip_lb", true),
        MAGLEV("maglev", true),
        /** One for each service, held by the outer map alone. */
        MAGLEV_INNER("maglev_inner", false),
        HEALTH("health", true),
        LB_ACT("lb_act", false),
        /** The services of 1.5 and before, with the backend in the entry; no socket program reads them. */
        OLD_SERVICES("services_v1", true),
        IPCACHE("ipcache", false),
        ENDPOINTS("endpoints", false),
        NODE_IDS("node_ids", false),
        TUNNELS("tunnels", false),
        CT_TCP("conntrack_tcp", true),
        CT_ANY("conntrack_any", true),
        SNAT("snat", true),
        SNAT_RETRIES("snat_retries", true),
        METRICS("metrics", false),
        RUNTIME_CONFIG("runtime_config", false),

        /** Not the load balancer's: only known so that a map of the same sizes is not mistaken for one that is. */
        OTHER("other", false);

        private final String word;
        private final boolean byFamily;

        Kind(String word, boolean byFamily) {
            this.word = word;
            this.byFamily = byFamily;
        }
    }

    public static final MapRole OTHER = of(Kind.OTHER);

    private static final List<MapRole> ALL = all();

    /** The role of a kind that has one map for each family. */
    public static MapRole of(Kind kind, Family family) {
        return new MapRole(kind, Optional.of(family));
    }

    /** The role of a kind that has one map. */
    public static MapRole of(Kind kind) {
        return new MapRole(kind, Optional.empty());
    }

    /** In their order: by kind, IPv4 first. */
    public static List<MapRole> values() {
        return ALL;
    }

    private static List<MapRole> all() {
        List<MapRole> roles = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (kind.byFamily) {
                roles.add(of(kind, Family.IPV4));
                roles.add(of(kind, Family.IPV6));
            } else {
                roles.add(of(kind));
            }
        }
        return List.copyOf(roles);
    }

    public boolean isServices() {
        return kind == Kind.SERVICES;
    }

    public boolean isBackends() {
        return kind == Kind.BACKENDS;
    }

    /** Whether an agent has one such map, so that a second one is another generation or another agent's. */
    public boolean isSingle() {
        return kind != Kind.MAGLEV_INNER && kind != Kind.OTHER;
    }

    @Override
    public int compareTo(MapRole other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : Integer.compare(place(), other.place());
    }

    private int place() {
        return family.map(Family::ordinal).orElse(-1);
    }

    public Term term() {
        return Term.word(toString());
    }

    /** Such as {@code services/IPv4}. */
    @Override
    public String toString() {
        return kind.word + family.map(f -> f == Family.IPV4 ? "/IPv4" : "/IPv6").orElse("");
    }
}
