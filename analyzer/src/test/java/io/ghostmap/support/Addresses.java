package io.ghostmap.support;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;

/** Short forms for tests. */
public final class Addresses {
    private Addresses() {}

    public static byte[] bytes(String text) {
        return IpAddress.parse(text).orElseThrow().toBytes();
    }

    public static Endpoint endpoint(String text) {
        return Endpoint.parse(text).orElseThrow();
    }
}
