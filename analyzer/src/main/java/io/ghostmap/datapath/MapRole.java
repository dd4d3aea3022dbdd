package io.ghostmap.datapath;

/** What a map is for. */
public enum MapRole {
    SERVICES_V4("services", Family.IPV4),
    SERVICES_V6("services", Family.IPV6),
    BACKENDS_V4("backends", Family.IPV4),
    BACKENDS_V6("backends", Family.IPV6),
    REVERSE_NAT_V4("reverse_nat", Family.IPV4),
    REVERSE_NAT_V6("reverse_nat", Family.IPV6),
    REVERSE_SK_V4("reverse_sk", Family.IPV4),
    REVERSE_SK_V6("reverse_sk", Family.IPV6);

    private final String word;
    private final Family family;

    MapRole(String word, Family family) {
        this.word = word;
        this.family = family;
    }

    public Family family() {
        return family;
    }

    public boolean isServices() {
        return this == SERVICES_V4 || this == SERVICES_V6;
    }

    public boolean isBackends() {
        return this == BACKENDS_V4 || this == BACKENDS_V6;
    }

    public boolean isReverseSk() {
        return this == REVERSE_SK_V4 || this == REVERSE_SK_V6;
    }

    /** Such as {@code services/IPv4}. */
    @Override
    public String toString() {
        return word + (family == Family.IPV4 ? "/IPv4" : "/IPv6");
    }
}
