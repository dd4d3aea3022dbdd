package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.IpAddress;

/**
 * Session affinity: the backend that a client had last, and gets again.
 *
 * @param revNatId the id of the service
 * @param backendId valid in the backends map of the same load balancer
 */
public record AffinitySession(Client client, int revNatId, long backendId, Citation source) {
    /** Who is kept at a backend. */
    public sealed interface Client {
        /** By its source address, at the programs of devices. */
        record Address(IpAddress address) implements Client {}

        /** Everything in one network namespace, at the socket programs. */
        record NetworkNamespace(long cookie) implements Client {}
    }
}
