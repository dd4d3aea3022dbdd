package io.ghostmap.datapath;

import java.util.EnumSet;
import java.util.Set;

/**
 * The flags of one entry.
 *
 * @param set the flags that are known
 * @param word the bits as they stand there, the second byte in the high half
 * @param unknown bits that no release up to the newest that was read gives a meaning
 */
public record ServiceFlags(Set<ServiceFlag> set, int word, int unknown) {
    public ServiceFlags {
        set = Set.copyOf(set);
    }

    // As of FrontendWord: a diff compares those of all services.

    @Override
    public int hashCode() {
        return word;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceFlags that
                && word == that.word
                && unknown == that.unknown
                && set.equals(that.set);
    }

    /** For a test, or a load balancer without such bits. */
    public static ServiceFlags of(ServiceFlag... flags) {
        Set<ServiceFlag> set = EnumSet.noneOf(ServiceFlag.class);
        for (ServiceFlag flag : flags) {
            set.add(flag);
        }
        return new ServiceFlags(set, 0, 0);
    }

    public boolean has(ServiceFlag flag) {
        return set.contains(flag);
    }

    /** In-cluster clients look the frontend up again in the internal scope. */
    public boolean twoScopes() {
        return has(ServiceFlag.TWO_SCOPES);
    }

    /** Connections are redirected to a proxy; the entry has no slots of its own. */
    public boolean l7() {
        return has(ServiceFlag.L7_LOAD_BALANCER);
    }

    /** IPv4 to IPv6 or back: never translated at the socket. */
    public boolean nat46() {
        return has(ServiceFlag.NAT_46X64);
    }

    /** External IP or host port: translated only where the address is this host's. */
    public boolean guarded() {
        return has(ServiceFlag.EXTERNAL_IP) || has(ServiceFlag.HOST_PORT);
    }

    /** A local redirect policy: some clients are exempt. */
    public boolean localRedirect() {
        return has(ServiceFlag.LOCAL_REDIRECT);
    }
}
