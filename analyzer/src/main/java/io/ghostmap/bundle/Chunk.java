package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A stretch of a stream: room in front, for what a reader has left of the stretch before it, then the bytes. Filled by
 * one thread, then handed to another; never looked at by both at once.
 */
public final class Chunk {
    private final byte[] bytes;
    private final int start;
    private int end;
    private boolean last;
    private Optional<IOException> failure = Optional.empty();

    Chunk(int headroom, int capacity) {
        this.bytes = new byte[headroom + capacity];
        this.start = headroom;
        this.end = headroom;
    }

    /** An empty one to start with: nothing was read yet. */
    public static Chunk none(int headroom) {
        return new Chunk(headroom, 0);
    }

    /** Reads until it is full or the stream ends. */
    void fill(InputStream in) {
        end = start;
        try {
            while (end < bytes.length) {
                int read = in.read(bytes, end, bytes.length - end);
                if (read < 0) {
                    last = true;
                    break;
                }
                end += read;
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    void fail(IOException cause) {
        last = true;
        failure = Optional.of(cause);
    }

    public byte[] bytes() {
        return bytes;
    }

    /** Index of the first byte that was read; what lies before it is room. */
    public int start() {
        return start;
    }

    /** Index after the last byte that was read. */
    public int end() {
        return end;
    }

    /** Whether the stream ends or fails after it. All chunks but the last are full. */
    public boolean isLast() {
        return last;
    }

    /** The error of the stream after these bytes. */
    public Optional<IOException> failure() {
        return failure;
    }
}
