package io.ghostmap.traffic;

/**
 * The clock of one pcapng interface.
 *
 * @param resolution {@code if_tsresol}: with the upper bit, units of 2^-n seconds, else of 10^-n
 * @param offsetSeconds {@code if_tsoffset}, added to every time
 */
record TimestampUnit(int resolution, long offsetSeconds) {
    /** What holds where a file states none. */
    static final int MICROSECONDS = 6;

    private static final int POWER_OF_TWO = 0x80;
    private static final int EXPONENT = 0x7f;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Times outside 1970 to 2262, which no clock shows, become the nearest end. */
    private static final long LAST_SECOND = Long.MAX_VALUE / NANOS_PER_SECOND - 1;

    /** Nanoseconds since the epoch of an unsigned count of units. */
    long nanos(long units) {
        int exponent = resolution & EXPONENT;
        return (resolution & POWER_OF_TWO) == 0 ? ofDecimal(units, exponent) : ofBinary(units, exponent);
    }

    private long ofDecimal(long units, int exponent) {
        if (exponent > 19) {
            return clamped(0, 0); // 2^64 units are less than a second
        }
        long perSecond = 1;
        for (int i = 0; i < exponent; i++) {
            perSecond *= 10; // 10^19 fits 64 bits unsigned
        }
        long seconds = Long.divideUnsigned(units, perSecond);
        long fraction = Long.remainderUnsigned(units, perSecond);
        long nanos = exponent <= 9
                ? fraction * (NANOS_PER_SECOND / perSecond)
                : Long.divideUnsigned(fraction, Long.divideUnsigned(perSecond, NANOS_PER_SECOND));
        return clamped(seconds, nanos);
    }

    private long ofBinary(long units, int exponent) {
        if (exponent > 63) {
            return clamped(0, 0);
        }
        long fraction = units & (1L << exponent) - 1;
        int spare = Math.max(0, exponent - 30); // 30 bits of fraction are finer than a nanosecond
        long nanos = ((fraction >>> spare) * NANOS_PER_SECOND) >>> (exponent - spare);
        return clamped(units >>> exponent, nanos);
    }

    private long clamped(long seconds, long nanos) {
        if (seconds < 0 || seconds > LAST_SECOND || offsetSeconds > LAST_SECOND || offsetSeconds < -LAST_SECOND) {
            return LAST_SECOND * NANOS_PER_SECOND;
        }
        long sum = Math.max(0, Math.min(LAST_SECOND, seconds + offsetSeconds));
        return sum * NANOS_PER_SECOND + nanos;
    }
}
