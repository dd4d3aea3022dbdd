package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.IpAddress;

/** One of a service's {@code loadBalancerSourceRanges}; {@code prefixLength} counts bits of the address. */
public record SourceRange(int revNatId, IpAddress address, int prefixLength, MapEntry entry) {
    public Citation source() {
        return entry.cite();
    }
}
