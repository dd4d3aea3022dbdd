package io.ghostmap.support;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.HexFormat;

/** Short forms for tests. */
public final class Addresses {
    private Addresses() {}

    public static byte[] bytes(String text) {
        return IpAddress.parse(text).orElseThrow().toBytes();
    }

    /** Bytes in hexadecimal; blanks are for the reader. */
    public static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    public static Endpoint endpoint(String text) {
        return Endpoint.parse(text).orElseThrow();
    }
}
