package io.ghostmap.evidence;

import io.ghostmap.bundle.BlockStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read, and fails at a limit: what was compressed may unpack to anything. */
final class BoundedStream extends BlockStream {
    private final InputStream in;
    private final long limit;
    private long count;

    BoundedStream(InputStream in, long limit) {
        this.in = in;
        this.limit = limit;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        count += Math.max(read, 0);
        if (count > limit) {
            throw new IOException("unpacks to more than " + limit + " bytes");
        }
        return read;
    }

    long count() {
        return count;
    }
}
