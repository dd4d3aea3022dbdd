package io.ghostmap.traffic;

/**
 * The current frame of a capture: where its bytes lie and what its record states. One object, reused for each frame; it
 * also keeps the count and the clock of all frames, those included that nobody looked at.
 */
final class Frame {
    private byte[] bytes = new byte[0];
    private int start;
    private int end;
    private long originalLength;
    private long nanos;
    private long number;
    private long plain;
    private CaptureInterface captureInterface = CaptureInterface.NONE;
    private final CaptureClock.Running clock = new CaptureClock.Running();

    /** Counts one more frame, captured at that time. */
    void count(long timeNanos) {
        number++;
        nanos = timeNanos;
        clock.tick(timeNanos);
    }

    /** The frame just counted is a {@link PlainSegment}, of which nobody needs more than the count. */
    void passPlain() {
        plain++;
    }

    /** Where the frame just counted lies. */
    void set(byte[] buffer, int from, int to, long lengthOnTheWire, CaptureInterface at) {
        bytes = buffer;
        start = from;
        end = to;
        originalLength = lengthOnTheWire;
        captureInterface = at;
    }

    /** Holds the frame until the next call of {@link CaptureFormat#next}. */
    byte[] bytes() {
        return bytes;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Nanoseconds since the epoch. */
    long nanos() {
        return nanos;
    }

    /** From 1, as tcpdump and Wireshark count; 0 before the first frame. */
    long number() {
        return number;
    }

    /** How many of the frames so far were plain segments. */
    long plain() {
        return plain;
    }

    CaptureClock.Running clock() {
        return clock;
    }

    CaptureInterface captureInterface() {
        return captureInterface;
    }

    /** Whether the snap length cut it. */
    boolean isCut() {
        return originalLength > end - start;
    }
}
