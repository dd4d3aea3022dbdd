package io.ghostmap.traffic;

/**
 * The current frame of a capture: where its bytes lie and what its record states. One object, reused for each frame; it
 * also keeps the count and the clock of all frames, including those that were not read.
 */
final class Frame {
    /** The time of a frame that states none, or one that no clock shows. */
    static final long UNKNOWN_TIME = Long.MIN_VALUE;

    private static final int MAX_PACKET = 65_535;

    private byte[] bytes = new byte[0];
    private int start;
    private int end;
    private long originalLength;
    private long nanos;
    private long number;
    private long plain;
    private long untimed;
    private long position;
    private CaptureInterface captureInterface = CaptureInterface.NONE;
    private final CaptureClock.Running clock = new CaptureClock.Running();

    /** Counts one more frame, captured at that time; if it is unknown, it gets that of the frame before. */
    void count(long timeNanos) {
        number++;
        if (timeNanos == UNKNOWN_TIME) {
            untimed++;
        } else {
            nanos = timeNanos;
            clock.tick(timeNanos);
        }
    }

    /** The frame just counted is a {@link PlainSegment}, of which only the count is needed. */
    void passPlain() {
        plain++;
    }

    /** Where the frame just counted lies. */
    void set(byte[] buffer, int from, int to, long lengthOnTheWire, long inFile, CaptureInterface at) {
        bytes = buffer;
        start = from;
        end = to;
        originalLength = lengthOnTheWire;
        position = inFile;
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

    /**
     * How many bytes the frames up to this one had at most, more or less: its place in the file, or with a snap length
     * that cuts what the longest frames would come to.
     */
    long position() {
        return position(position);
    }

    /** The same for a place in the file after the frame. */
    long position(long inFile) {
        boolean cuts = captureInterface.snapLength() > 0 && captureInterface.snapLength() < MAX_PACKET;
        return cuts ? number * PcapFormat.MAX_RECORD : inFile;
    }

    /** How many of the frames so far were plain segments. */
    long plain() {
        return plain;
    }

    /** How many of the frames so far have no known time. */
    long untimed() {
        return untimed;
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
