package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the entry of a frontend says besides its slots: its flags, and its first word.
 *
 * @param algorithm how a backend is chosen, where the entry says so
 * @param affinityTimeoutSeconds how long a client is kept at a backend; of services with session affinity
 * @param proxyPort of services that go to a proxy
 */
record ServiceMarks(ServiceFlags flags, Algorithm algorithm, int affinityTimeoutSeconds, OptionalInt proxyPort)
        implements Service.Marks {
    /** The type comes first; an entry without any of these is a ClusterIP's. */
    private static final List<ServiceFlag> TYPES = List.of(
            ServiceFlag.EXTERNAL_IP,
            ServiceFlag.NODE_PORT,
            ServiceFlag.LOAD_BALANCER,
            ServiceFlag.HOST_PORT,
            ServiceFlag.LOCAL_REDIRECT);

    /** How a backend is chosen; the socket programs choose at random whatever the entry says. */
    enum Algorithm {
        /** The node's default, or a release before 1.17. */
        UNSET,
        RANDOM,
        MAGLEV,
        /** A number that no release up to the newest that was read uses. */
        UNKNOWN
    }

    /** Every service of a view that Cilium has read has these. */
    static ServiceMarks of(Service service) {
        return (ServiceMarks) service.marks();
    }

    boolean has(ServiceFlag flag) {
        return flags.has(flag);
    }

    /** As {@code cilium-dbg bpf lb list}: {@code [LoadBalancer, Local, two-scopes]}, and what the first word says. */
    @Override
    public boolean isProxied() {
        return flags.has(ServiceFlag.L7_LOAD_BALANCER);
    }

    @Override
    public boolean isRedirectedLocally() {
        return flags.has(ServiceFlag.LOCAL_REDIRECT);
    }

    @Override
    public boolean isNodePort() {
        return flags.has(ServiceFlag.NODE_PORT);
    }

    @Override
    public boolean isExternalIp() {
        return flags.has(ServiceFlag.EXTERNAL_IP);
    }

    @Override
    public boolean isOfLoadBalancer() {
        return flags.has(ServiceFlag.LOAD_BALANCER);
    }

    @Override
    public Service.Sources sources() {
        if (!flags.has(ServiceFlag.SOURCE_RANGE)) {
            return Service.Sources.ANY;
        }
        return flags.has(ServiceFlag.SOURCE_RANGE_DENY) ? Service.Sources.NOT_LISTED : Service.Sources.LISTED;
    }

    /** Entries name the algorithm from 1.17 on; it is the node's before. */
    @Override
    public boolean hasBackendTable() {
        return algorithm == Algorithm.MAGLEV;
    }

    @Override
    public String words() {
        String extra = proxyPort.isPresent()
                ? " (L7LB Proxy Port: " + proxyPort.getAsInt() + ")"
                : has(ServiceFlag.AFFINITY) ? " (affinity " + affinityTimeoutSeconds + " s)" : "";
        return "[" + words(flags) + "]" + extra;
    }

    private static String words(ServiceFlags flags) {
        Optional<ServiceFlag> type = TYPES.stream().filter(flags::has).findFirst();
        List<String> words = new ArrayList<>();
        words.add(type.map(ServiceFlag::word).orElse("ClusterIP"));
        for (ServiceFlag flag : ServiceFlag.values()) {
            boolean isType = type.filter(flag::equals).isPresent();
            if (!isType && flag != ServiceFlag.ROUTABLE && flags.has(flag)) {
                words.add(flag.word());
            }
        }
        if (!flags.has(ServiceFlag.ROUTABLE)) {
            words.add("non-routable");
        }
        if (flags.unknown() != 0) {
            words.add("unknown bits 0x" + Integer.toHexString(flags.unknown()));
        }
        return String.join(", ", words);
    }

    // A diff compares those of all services; a record's own methods are slow where only C1 compiles.

    @Override
    public int hashCode() {
        return (affinityTimeoutSeconds * 31 + proxyPort.hashCode()) * 31 + flags.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceMarks that
                && algorithm == that.algorithm
                && affinityTimeoutSeconds == that.affinityTimeoutSeconds
                && proxyPort.equals(that.proxyPort)
                && flags.equals(that.flags);
    }
}
