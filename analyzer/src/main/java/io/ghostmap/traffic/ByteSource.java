package io.ghostmap.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The bytes of one capture through one buffer of fixed size. A stream that breaks off or fails below is an end with a
 * {@link #failure()}, not an exception: what was read until then stays evidence. Byte readers end in their order.
 */
final class ByteSource {
    /** Twice the longest record, so that what is moved to the front is little beside what is read. */
    static final int BUFFER = 1 << 19;

    /** What a capture may unpack to; a compressed one can state a thousand times its own size. */
    static final long MOST_BYTES = 64L << 30;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private long total;
    private Optional<String> failure = Optional.empty();

    ByteSource(InputStream in) {
        this.in = in;
    }

    /** Whether {@code count} bytes, at most {@link #BUFFER}, lie behind the position; reads on if they do not yet. */
    boolean require(int count) {
        return end - start >= count || fill(count);
    }

    private boolean fill(int count) {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        while (end < count) {
            int read = readOnce();
            if (read <= 0) {
                return false;
            }
            end += read;
        }
        return true;
    }

    private int readOnce() {
        if (total > MOST_BYTES) {
            failure = Optional.of("it unpacks to more than " + MOST_BYTES + " bytes; the rest was not read");
            return -1;
        }
        try {
            int read = in.read(buffer, end, buffer.length - end);
            total += Math.max(read, 0);
            return read;
        } catch (IOException e) {
            failure = Optional.of("its stream ends early or is damaged");
            return -1;
        }
    }

    /** Steps over bytes that {@link #require} has seen. */
    void advance(int count) {
        start += count;
    }

    /** Steps over any number of bytes without holding them; false when the stream ends first. */
    boolean skip(long count) {
        long left = count;
        while (left > end - start) {
            left -= end - start;
            start = end;
            if (!require(1)) {
                return false;
            }
        }
        start += (int) left;
        return true;
    }

    byte[] buffer() {
        return buffer;
    }

    /** Index of the next byte in {@link #buffer()}. */
    int position() {
        return start;
    }

    /** Bytes that lie ready; none at the end of the stream. */
    int ready() {
        return end - start;
    }

    /** Why the stream ended before its end; empty when it did not. */
    Optional<String> failure() {
        return failure;
    }

    static int u8(byte[] bytes, int offset) {
        return bytes[offset] & 0xff;
    }

    static int u16be(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
    }

    /** The 32 bits; see {@link Integer#toUnsignedLong} for their value. */
    static int u32be(byte[] bytes, int offset) {
        return bytes[offset] << 24
                | (bytes[offset + 1] & 0xff) << 16
                | (bytes[offset + 2] & 0xff) << 8
                | (bytes[offset + 3] & 0xff);
    }

    static int u32le(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff)
                | (bytes[offset + 1] & 0xff) << 8
                | (bytes[offset + 2] & 0xff) << 16
                | bytes[offset + 3] << 24;
    }
}
