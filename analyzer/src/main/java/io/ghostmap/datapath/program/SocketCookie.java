package io.ghostmap.datapath.program;

import java.math.BigInteger;

/**
 * The cookie of the connecting socket, as far as choices show it. A program can choose a backend by the cookie, modulo the
 * number of backends: what one socket gets from one program and what it gets from the next then depend on each other.
 *
 * @param divisor what it was divided by so far; 1 where it was not divided
 * @param remainder what remained
 */
public record SocketCookie(long divisor, long remainder) {
    public static final SocketCookie UNKNOWN = new SocketCookie(1, 0);

    /** Cookies count the sockets since boot: no remainder can show more of one. */
    private static final long MAX_DIVISOR = 1L << 32;

    /** Of that many slots, how many can still be chosen. */
    public int choices(int count) {
        return (int) (count / commonDivisor(count));
    }

    /** Whether a cookie that is like this one chooses that slot, counted from 1. */
    public boolean chooses(int slot, int count) {
        return Math.floorMod(slot - 1 - remainder, commonDivisor(count)) == 0;
    }

    /** What is known of a cookie that {@linkplain #chooses chose} that slot. */
    public SocketCookie choosing(int slot, int count) {
        long common = commonDivisor(count);
        long rest = count / common;
        if (rest == 1 || divisor * rest > MAX_DIVISOR) {
            return this;
        }
        long steps = Math.floorMod((slot - 1 - remainder) / common, rest)
                * BigInteger.valueOf(divisor / common)
                        .modInverse(BigInteger.valueOf(rest))
                        .longValueExact()
                % rest;
        return new SocketCookie(divisor * rest, remainder + divisor * steps);
    }

    private long commonDivisor(int count) {
        return BigInteger.valueOf(divisor).gcd(BigInteger.valueOf(count)).longValueExact();
    }
}
