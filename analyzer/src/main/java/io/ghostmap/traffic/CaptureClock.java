package io.ghostmap.traffic;

/**
 * The times of a capture's records.
 *
 * @param firstNanos of the first frame, 0 when there is none
 * @param lastNanos the latest of any frame
 * @param backward frames whose time is before an earlier frame's
 * @param largestStepBackNanos how far the clock went back at most
 * @param largestGapNanos the longest time without a frame
 */
public record CaptureClock(
        long firstNanos, long lastNanos, long backward, long largestStepBackNanos, long largestGapNanos) {

    /** The clock while it runs. */
    static final class Running {
        private static final long BEFORE_THE_FIRST = -1;

        private long first;
        private long latest;
        private long backward;
        private long largestStepBack;
        private long largestGap = BEFORE_THE_FIRST;

        /** Most ticks are after the latest and set no record: little code, so that the quick compiler inlines it. */
        void tick(long nanos) {
            long step = nanos - latest;
            if (step >= 0 && step <= largestGap) {
                latest = nanos;
            } else {
                unusual(nanos, step);
            }
        }

        private void unusual(long nanos, long step) {
            if (largestGap == BEFORE_THE_FIRST) {
                first = nanos;
                latest = nanos;
                largestGap = 0;
            } else if (step > 0) {
                largestGap = step;
                latest = nanos;
            } else {
                backward++;
                largestStepBack = Math.max(largestStepBack, -step);
            }
        }

        CaptureClock stop() {
            return new CaptureClock(first, latest, backward, largestStepBack, Math.max(0, largestGap));
        }
    }
}
