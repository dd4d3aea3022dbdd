package io.ghostmap.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A stretch of a capture: room in front for what the stretch before it left over, then the bytes. Filled by one thread,
 * then handed to another; never by both at once.
 */
final class Chunk {
    /** Room in front; a block that is read whole is shorter. */
    static final int HEADROOM = 1 << 19;

    /** Bytes of a chunk that is not the last: more than {@link #HEADROOM}, so that one more chunk ends any block. */
    static final int CAPACITY = (1 << 19) + (1 << 12);

    /** Before the first. */
    static final Chunk EMPTY = new Chunk(new byte[HEADROOM]);

    private final byte[] bytes;
    private int end = HEADROOM;
    private boolean last;
    private Optional<String> failure = Optional.empty();

    private Chunk(byte[] bytes) {
        this.bytes = bytes;
    }

    static Chunk allocate() {
        return new Chunk(new byte[HEADROOM + CAPACITY]);
    }

    /** Reads until it is full or the stream ends; returns the number of bytes. */
    int fill(InputStream in) {
        end = HEADROOM;
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
            fail("its stream ends early or is damaged");
        }
        return end - HEADROOM;
    }

    /** Nothing is read behind this chunk. */
    void fail(String reason) {
        last = true;
        failure = Optional.of(reason);
    }

    byte[] bytes() {
        return bytes;
    }

    int end() {
        return end;
    }

    boolean isLast() {
        return last;
    }

    Optional<String> failure() {
        return failure;
    }
}
