package io.ghostmap.net;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address: 4 or 16 bytes in network byte order. Ordered by family, then by unsigned bytes.
 *
 * <p>Never resolves a name and never touches {@link java.net.InetAddress}: evidence must not cause a lookup.
 */
public final class IpAddress implements Comparable<IpAddress> {
    public static final int V4_BYTES = 4;
    public static final int V6_BYTES = 16;

    /** {@code ::ffff:0:0}, of which IPv4 addresses fill the last 32 bits. */
    private static final long MAPPED = 0xffff_0000_0000L;

    private static final long V4_BITS = 0xffff_ffffL;

    private final boolean v4;

    /** The first 64 bits; 0 of an IPv4 address. */
    private final long high;

    /** The last 64 bits, or the 32 of an IPv4 address. */
    private final long low;

    private IpAddress(boolean v4, long high, long low) {
        this.v4 = v4;
        this.high = high;
        this.low = low;
    }

    /** Reads {@code length} bytes (4 or 16) in network byte order at {@code offset}. */
    public static IpAddress of(byte[] source, int offset, int length) {
        return switch (length) {
            case V4_BYTES -> new IpAddress(true, 0, word(source, offset));
            case V6_BYTES ->
                new IpAddress(
                        false,
                        word(source, offset) << 32 | word(source, offset + 4),
                        word(source, offset + 8) << 32 | word(source, offset + 12));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + length);
        };
    }

    private static long word(byte[] source, int offset) {
        return V4_BITS
                & (source[offset] << 24
                        | (source[offset + 1] & 0xff) << 16
                        | (source[offset + 2] & 0xff) << 8
                        | (source[offset + 3] & 0xff));
    }

    /** Reads {@code 10.0.0.1} or any RFC 4291 text form of IPv6; empty for everything else, zones included. */
    public static Optional<IpAddress> parse(String text) {
        return (text.indexOf(':') >= 0 ? IpText.parseV6(text) : IpText.parseV4(text))
                .map(bytes -> of(bytes, 0, bytes.length));
    }

    public boolean isV4() {
        return v4;
    }

    /** Whether this is 0.0.0.0 or ::, which Cilium uses for surrogate (NodePort, HostPort) frontends. */
    public boolean isUnspecified() {
        return high == 0 && low == 0;
    }

    /** Whether this is in 127.0.0.0/8 or is ::1. */
    public boolean isLoopback() {
        return v4 ? low >>> 24 == 127 : high == 0 && low == 1;
    }

    /** {@code ::ffff:10.0.0.1} for 10.0.0.1; an IPv6 address as it is. */
    public IpAddress mapped() {
        return v4 ? new IpAddress(false, 0, MAPPED | low) : this;
    }

    /** 10.0.0.1 for {@code ::ffff:10.0.0.1}, and any other address as it is. */
    public IpAddress unmapped() {
        boolean isMapped = !v4 && high == 0 && (low & ~V4_BITS) == MAPPED;
        return isMapped ? new IpAddress(true, 0, low & V4_BITS) : this;
    }

    /** The first {@code prefixLength} bits of this address, the rest zero. */
    public IpAddress masked(int prefixLength) {
        int cleared = Math.max(0, bits() - prefixLength);
        return new IpAddress(v4, withoutLast(cleared - Long.SIZE, high), withoutLast(cleared, low));
    }

    private static long withoutLast(int count, long word) {
        return count <= 0 ? word : count >= Long.SIZE ? 0 : word >>> count << count;
    }

    private int bits() {
        return (v4 ? V4_BYTES : V6_BYTES) * Byte.SIZE;
    }

    /** 4 or 16 bytes, in network byte order. */
    public byte[] toBytes() {
        return v4
                ? ByteBuffer.allocate(V4_BYTES).putInt((int) low).array()
                : ByteBuffer.allocate(V6_BYTES).putLong(high).putLong(low).array();
    }

    @Override
    public int compareTo(IpAddress other) {
        if (v4 != other.v4) {
            return v4 ? -1 : 1;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that && low == that.low && high == that.high && v4 == that.v4;
    }

    /** Neighboring addresses, which a cluster is full of, must not fall on one another. */
    @Override
    public int hashCode() {
        long mixed = (high * 31 + low) * 0x9e37_79b9_7f4a_7c15L; // 2^64 over the golden ratio
        return (int) (mixed ^ (mixed >>> 32));
    }

    /** Dotted quad, or the shortest form of RFC 5952. */
    @Override
    public String toString() {
        return v4 ? IpText.formatV4(toBytes()) : IpText.formatV6(toBytes());
    }
}
