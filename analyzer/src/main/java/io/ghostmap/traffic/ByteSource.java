package io.ghostmap.traffic;

import io.ghostmap.bundle.Chunk;
import io.ghostmap.bundle.ReadAhead;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.InputStream;
import java.util.Optional;

/**
 * The bytes of one capture in one array at a time. A stream that breaks off or fails below is an end with a
 * {@link #failure()}, not an exception: what was read until then stays evidence. Byte readers end in their order.
 *
 * <p>Bytes on both sides of the border of two chunks are moved in front of the second, into its headroom.
 */
final class ByteSource implements AutoCloseable {
    /** What a caller may {@link #require} at most: more than the longest record or block. */
    static final int MAX_REQUIRED = 1 << 19;

    /** Handing a chunk over costs some 20 µs, so that smaller ones are slower; larger ones leave the caches. */
    private static final int CHUNK = 1 << 19;

    /** What a capture may unpack to; a compressed one can state a thousand times its own size. */
    static final long MAX_BYTES = 64L << 30;

    private final ReadAhead chunks;
    private Chunk chunk = Chunk.none(MAX_REQUIRED);
    private byte[] buffer = chunk.bytes();
    private int start = chunk.start();
    private int end = chunk.end();
    private long total;

    ByteSource(InputStream in) {
        this.chunks = new ReadAhead(in, MAX_REQUIRED, CHUNK);
    }

    /** Whether {@code count} bytes, at most {@link #MAX_REQUIRED}, follow the position; reads more if necessary. */
    boolean require(int count) {
        return end - start >= count || fill(count);
    }

    private boolean fill(int count) {
        while (end - start < count) {
            if (chunk.isLast() || total > MAX_BYTES) {
                return false;
            }
            append(chunks.next());
        }
        return true;
    }

    /** Moves what is left in front of the next chunk. */
    private void append(Chunk next) {
        int left = end - start;
        int moved = next.start() - left;
        System.arraycopy(buffer, start, next.bytes(), moved, left);
        if (total > 0) {
            chunks.release(chunk);
        }
        chunk = next;
        buffer = next.bytes();
        start = moved;
        end = next.end();
        total += end - next.start();
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

    /** Holds until the next {@link #require}. */
    byte[] buffer() {
        return buffer;
    }

    /** Index of the next byte in {@link #buffer()}. */
    int position() {
        return start;
    }

    /** How many bytes of the stream lie before the position. */
    long offset() {
        return total - (end - start);
    }

    /** Bytes that lie ready; none at the end of the stream. */
    int ready() {
        return end - start;
    }

    /** Why the stream ended before its end; empty when it did not. */
    Optional<Text> failure() {
        return total > MAX_BYTES
                ? Optional.of(
                        Text.of("it unpacks to more than {} bytes; the rest was not read", Term.number(MAX_BYTES)))
                : chunk.failure().map(cause -> Text.of("its stream ends early or is damaged"));
    }

    /** Nothing reads the stream any more when this returns; closing the stream is its owner's. */
    @Override
    public void close() {
        chunks.close();
    }

    static int u8(byte[] bytes, int offset) {
        return bytes[offset] & 0xff;
    }

    static int u16be(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
    }

    static int u16le(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) | (bytes[offset + 1] & 0xff) << 8;
    }

    // The words are made of halves so that each method is small enough for the quick compiler to inline (35 bytes).

    /** The 32 bits; see {@link Integer#toUnsignedLong} for their value. */
    static int u32be(byte[] bytes, int offset) {
        return u16be(bytes, offset) << 16 | u16be(bytes, offset + 2);
    }

    static int u32le(byte[] bytes, int offset) {
        return u16le(bytes, offset) | u16le(bytes, offset + 2) << 16;
    }
}
