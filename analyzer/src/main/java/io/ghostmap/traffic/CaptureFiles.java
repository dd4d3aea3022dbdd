package io.ghostmap.traffic;

import io.ghostmap.bundle.Decompression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Looks at the beginning of a file: whether it is a capture, and from when. */
public final class CaptureFiles {
    private CaptureFiles() {}

    /** Whether the content, unpacked if it is compressed, starts as a capture does. */
    public static boolean startsAsCapture(InputStream in) throws IOException {
        byte[] head = Decompression.unpacking(in).readNBytes(CaptureFormat.MAX_HEAD);
        try (ByteSource source = new ByteSource(new ByteArrayInputStream(head))) {
            return !(CaptureFormat.open(source) instanceof CaptureFormat.Unreadable);
        }
    }

    /** Time of the first frame in nanoseconds since the epoch; the end of time where there is none. */
    public static long firstNanos(InputStream in) throws IOException {
        Frame frame = new Frame();
        byte[] head = Decompression.unpacking(in).readNBytes(PcapFormat.MAX_RECORD);
        try (ByteSource source = new ByteSource(new ByteArrayInputStream(head))) {
            boolean more = CaptureFormat.open(source).next(frame); // passes over plain segments, and counts them
            return more || frame.number() > 0 ? frame.clock().stop().firstNanos() : Long.MAX_VALUE;
        }
    }
}
