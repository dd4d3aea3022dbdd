package io.ghostmap.traffic;

/** The current frame of a capture: where its bytes lie and what its record states. One object, reused for each frame. */
final class Frame {
    private byte[] bytes = new byte[0];
    private int start;
    private int end;
    private long originalLength;
    private long nanos;
    private long number;
    private CaptureInterface captureInterface = CaptureInterface.NONE;

    /** Moves on to the next frame; its number is one more. */
    void next(byte[] buffer, int from, int to, long lengthOnTheWire, long timeNanos, CaptureInterface at) {
        bytes = buffer;
        start = from;
        end = to;
        originalLength = lengthOnTheWire;
        nanos = timeNanos;
        captureInterface = at;
        number++;
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

    CaptureInterface captureInterface() {
        return captureInterface;
    }

    /** Whether the snap length cut it. */
    boolean isCut() {
        return originalLength > end - start;
    }
}
