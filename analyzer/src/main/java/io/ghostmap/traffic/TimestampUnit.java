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

    /** 10^19 and 2^63 are the largest powers that 64 bits hold: with finer units no time is a second long. */
    private static final int MAX_DECIMAL_EXPONENT = 19;

    private static final int MAX_BINARY_EXPONENT = 63;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** No clock shows a time before 1970 or after 2262. */
    private static final long LAST_SECOND = Long.MAX_VALUE / NANOS_PER_SECOND - 1;

    /** Whether a clock can have that resolution. */
    boolean isKnown() {
        return isBinary() ? exponent() <= MAX_BINARY_EXPONENT : exponent() <= MAX_DECIMAL_EXPONENT;
    }

    private boolean isBinary() {
        return (resolution & POWER_OF_TWO) != 0;
    }

    private int exponent() {
        return resolution & EXPONENT;
    }

    /** Nanoseconds since the epoch of an unsigned count of units, or {@link Frame#UNKNOWN_TIME}. */
    long nanos(long units) {
        if (!isKnown()) {
            return Frame.UNKNOWN_TIME;
        }
        return isBinary() ? ofBinary(units, exponent()) : ofDecimal(units, exponent());
    }

    private long ofDecimal(long units, int exponent) {
        long perSecond = 1;
        for (int i = 0; i < exponent; i++) {
            perSecond *= 10; // 10^19 fits 64 bits unsigned
        }
        long seconds = Long.divideUnsigned(units, perSecond);
        long fraction = Long.remainderUnsigned(units, perSecond);
        long nanos = exponent <= 9
                ? fraction * (NANOS_PER_SECOND / perSecond)
                : Long.divideUnsigned(fraction, Long.divideUnsigned(perSecond, NANOS_PER_SECOND));
        return sinceEpoch(seconds, nanos);
    }

    private long ofBinary(long units, int exponent) {
        long fraction = units & (1L << exponent) - 1;
        int spare = Math.max(0, exponent - 30); // 30 bits of fraction are finer than a nanosecond
        long nanos = ((fraction >>> spare) * NANOS_PER_SECOND) >>> (exponent - spare);
        return sinceEpoch(units >>> exponent, nanos);
    }

    /** {@code seconds} is unsigned. */
    private long sinceEpoch(long seconds, long nanos) {
        boolean possible = seconds >= 0
                && seconds <= LAST_SECOND
                && offsetSeconds >= -LAST_SECOND
                && offsetSeconds <= LAST_SECOND - seconds
                && seconds + offsetSeconds >= 0;
        return possible ? (seconds + offsetSeconds) * NANOS_PER_SECOND + nanos : Frame.UNKNOWN_TIME;
    }
}
