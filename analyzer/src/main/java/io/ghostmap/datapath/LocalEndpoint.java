package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.IpAddress;

/**
 * An address that lives on this node: a pod's, or the host's own.
 *
 * @param interfaceIndex of the host's end of the pod's veth; 0 for the host's addresses
 * @param endpointId Cilium's id of the pod
 * @param host whether it is an address of the node itself
 * @param identity the security identity; 0 before 1.14
 */
public record LocalEndpoint(
        IpAddress address, long interfaceIndex, int endpointId, boolean host, long identity, MapEntry entry) {
    public Citation source() {
        return entry.cite();
    }
}
