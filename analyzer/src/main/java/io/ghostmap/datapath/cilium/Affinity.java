package io.ghostmap.datapath.cilium;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.IpAddress;

/**
 * Which backend a client had last. It counts only while {@code lastUsed} and the service's timeout lie ahead of now, and
 * only if {@link AffinityMatches} has the backend for that service.
 *
 * @param lastUsed in the agent's monotonic unit: seconds, or jiffies shifted right by 8 if it uses that clock
 */
record Affinity(Client client, int revNatId, long lastUsed, long backendId, MapEntry entry) {
    /** Who is kept at a backend. */
    sealed interface Client {
        /** Traffic from outside: a source address. */
        record Address(IpAddress address) implements Client {}

        /** The socket programs: everything in one network namespace. */
        record NetworkNamespace(long cookie) implements Client {}
    }
}
