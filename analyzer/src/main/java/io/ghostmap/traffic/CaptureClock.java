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
        private long first;
        private long latest;
        private long backward;
        private long largestStepBack;
        private long largestGap;
        private boolean started;

        void tick(long nanos) {
            if (!started) {
                started = true;
                first = nanos;
                latest = nanos;
            } else if (nanos >= latest) {
                largestGap = Math.max(largestGap, nanos - latest);
                latest = nanos;
            } else {
                backward++;
                largestStepBack = Math.max(largestStepBack, latest - nanos);
            }
        }

        CaptureClock stop() {
            return new CaptureClock(first, latest, backward, largestStepBack, largestGap);
        }
    }
}
