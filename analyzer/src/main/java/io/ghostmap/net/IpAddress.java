package io.ghostmap.net;

import java.util.Arrays;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address: 4 or 16 bytes in network byte order. Ordered by family, then by unsigned bytes.
 *
 * <p>Never resolves a name and never touches {@link java.net.InetAddress}: evidence must not cause a lookup.
 */
public final class IpAddress implements Comparable<IpAddress> {
    public static final int V4_BYTES = 4;
    public static final int V6_BYTES = 16;

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Copies {@code length} bytes (4 or 16) that stand in network byte order at {@code offset}. */
    public static IpAddress of(byte[] source, int offset, int length) {
        if (length != V4_BYTES && length != V6_BYTES) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + length);
        }
        return new IpAddress(Arrays.copyOfRange(source, offset, offset + length));
    }

    /** Reads {@code 10.0.0.1} or any RFC 4291 text form of IPv6; empty for everything else, zones included. */
    public static Optional<IpAddress> parse(String text) {
        return (text.indexOf(':') >= 0 ? IpText.parseV6(text) : IpText.parseV4(text)).map(IpAddress::new);
    }

    public boolean isV4() {
        return bytes.length == V4_BYTES;
    }

    /** Whether this is 0.0.0.0 or ::, which Cilium uses for surrogate (NodePort, HostPort) frontends. */
    public boolean isUnspecified() {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether this is in 127.0.0.0/8 or is ::1. */
    public boolean isLoopback() {
        if (isV4()) {
            return bytes[0] == 127;
        }
        for (int i = 0; i < V6_BYTES - 1; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[V6_BYTES - 1] == 1;
    }

    /** Whether this is of the same family as {@code network} and agrees with it in the first {@code prefixLength} bits. */
    public boolean isIn(IpAddress network, int prefixLength) {
        if (bytes.length != network.bytes.length || prefixLength < 0 || prefixLength > bytes.length * Byte.SIZE) {
            return false;
        }
        int whole = prefixLength / Byte.SIZE;
        int rest = prefixLength % Byte.SIZE;
        return Arrays.equals(bytes, 0, whole, network.bytes, 0, whole)
                && (rest == 0 || (bytes[whole] ^ network.bytes[whole]) >> (Byte.SIZE - rest) == 0);
    }

    /** {@code ::ffff:10.0.0.1} for 10.0.0.1; an IPv6 address as it is. */
    public IpAddress mapped() {
        if (!isV4()) {
            return this;
        }
        byte[] wide = Arrays.copyOf(MAPPED, V6_BYTES);
        System.arraycopy(bytes, 0, wide, MAPPED.length, V4_BYTES);
        return new IpAddress(wide);
    }

    /** 10.0.0.1 for {@code ::ffff:10.0.0.1}, and any other address as it is. */
    public IpAddress unmapped() {
        boolean isMapped = !isV4() && Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
        return isMapped ? of(bytes, MAPPED.length, V4_BYTES) : this;
    }

    /** The first {@code prefixLength} bits of this address, the rest zero. */
    public IpAddress masked(int prefixLength) {
        byte[] kept = bytes.clone();
        for (int i = 0; i < kept.length; i++) {
            int bits = Math.max(0, Math.min(Byte.SIZE, prefixLength - i * Byte.SIZE));
            kept[i] &= (byte) (0xff00 >> bits);
        }
        return new IpAddress(kept);
    }

    /** A copy, in network byte order. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public int compareTo(IpAddress other) {
        return bytes.length != other.bytes.length
                ? Integer.compare(bytes.length, other.bytes.length)
                : Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
    }

    /** Neighbouring addresses, which a cluster is full of, must not fall on one another. */
    @Override
    public int hashCode() {
        int hash = 0;
        for (int i = 0; i < bytes.length; i += Integer.BYTES) {
            int word =
                    ((bytes[i] << 8 | (bytes[i + 1] & 0xff)) << 8 | (bytes[i + 2] & 0xff)) << 8 | (bytes[i + 3] & 0xff);
            hash = (hash ^ word) * 0x9e37_79b1; // 2^32 over the golden ratio
        }
        return hash ^ (hash >>> 15);
    }

    /** Dotted quad, or the shortest form of RFC 5952. */
    @Override
    public String toString() {
        return isV4() ? IpText.formatV4(bytes) : IpText.formatV6(bytes);
    }
}
