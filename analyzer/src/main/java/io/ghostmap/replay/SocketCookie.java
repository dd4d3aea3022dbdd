package io.ghostmap.replay;

import java.math.BigInteger;

/**
 * The cookie of the connecting socket, as far as choices tell it. For TCP a slot is drawn anew each time; for any other
 * protocol it is the cookie, modulo the number of backends, so that what one socket gets from one program and what it
 * gets from the next hang together ({@code sock_select_slot} in Cilium's {@code bpf/bpf_sock.c}).
 *
 * @param divisor what it was divided by so far, 1 where by nothing
 * @param remainder what remained
 */
record SocketCookie(long divisor, long remainder) {
    static final SocketCookie UNKNOWN = new SocketCookie(1, 0);

    /** Cookies count the sockets since boot: more than that no remainder can tell of one. */
    private static final long MOST = 1L << 32;

    /** Of that many slots, how many can still be chosen. */
    int choices(int count) {
        return (int) (count / commonDivisor(count));
    }

    /** Whether a cookie that is like this one chooses that slot, counted from 1. */
    boolean chooses(int slot, int count) {
        return Math.floorMod(slot - 1 - remainder, commonDivisor(count)) == 0;
    }

    /** What is known of a cookie that {@linkplain #chooses chose} that slot. */
    SocketCookie choosing(int slot, int count) {
        long common = commonDivisor(count);
        long rest = count / common;
        if (rest == 1 || divisor * rest > MOST) {
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
