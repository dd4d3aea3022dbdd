package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.IpAddress;

/**
 * A network that is listed for a service which not every client outside the cluster may use.
 *
 * @param revNatId the id of the service
 */
public record SourceRange(int revNatId, IpAddress network, int prefixLength, Citation source) {
    public boolean contains(IpAddress address) {
        return address.isV4() == network.isV4() && address.masked(prefixLength).equals(network.masked(prefixLength));
    }
}
