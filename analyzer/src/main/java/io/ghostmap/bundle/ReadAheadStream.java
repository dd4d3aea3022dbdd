package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;

/** {@link ReadAhead} for a parser that wants a stream. To be closed before the stream below is used again. */
public final class ReadAheadStream extends BlockStream {
    private static final int CHUNK = 1 << 18;

    private final ReadAhead chunks;
    private Chunk chunk = Chunk.none(0);
    private boolean started;
    private int at;

    public ReadAheadStream(InputStream in) {
        this.chunks = new ReadAhead(in, 0, CHUNK);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(length, chunk.end() - at);
        System.arraycopy(chunk.bytes(), at, target, offset, count);
        at += count;
        return count;
    }

    private boolean hasMore() throws IOException {
        while (at == chunk.end()) {
            if (chunk.failure().isPresent()) {
                throw chunk.failure().get();
            }
            if (chunk.isLast()) {
                return false;
            }
            if (started) {
                chunks.release(chunk);
            }
            started = true;
            chunk = chunks.next();
            at = chunk.start();
        }
        return true;
    }

    @Override
    public void close() {
        chunks.close();
    }
}
