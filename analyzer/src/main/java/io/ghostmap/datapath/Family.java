package io.ghostmap.datapath;

import io.ghostmap.net.IpAddress;

/** An address family; a load balancer has separate maps for each. */
public enum Family {
    IPV4(IpAddress.V4_BYTES),
    IPV6(IpAddress.V6_BYTES);

    private final int addressBytes;

    Family(int addressBytes) {
        this.addressBytes = addressBytes;
    }

    public int addressBytes() {
        return addressBytes;
    }

    public static Family of(IpAddress address) {
        return address.isV4() ? IPV4 : IPV6;
    }
}
