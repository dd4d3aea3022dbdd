package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The stream beneath a library that reads headers of any length: gives it as many bytes of a header as are allowed, and
 * remembers why it gave no more, which the library's own failure does not say.
 */
final class MeteredStream extends BlockStream {
    private final InputStream in;
    private long left = Long.MAX_VALUE;
    private String refusal = "";
    private boolean ended;
    private Optional<IOException> failure = Optional.empty();

    MeteredStream(InputStream in) {
        this.in = in;
    }

    /** From here on at most so many bytes can be read; reading more throws the refusal. */
    void allow(long bytes, String sentence) {
        left = bytes;
        refusal = sentence;
    }

    void allowAll() {
        left = Long.MAX_VALUE;
    }

    /** Whether its end was read. */
    boolean hasEnded() {
        return ended;
    }

    /** What it threw itself. */
    Optional<IOException> failure() {
        return failure;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            if (left == 0 && length > 0) {
                throw new LimitExceededException(refusal);
            }
            int read = in.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            ended |= read < 0;
            return read;
        } catch (IOException e) {
            failure = Optional.of(e);
            throw e;
        }
    }

    @Override
    public boolean markSupported() {
        return in.markSupported();
    }

    @Override
    public synchronized void mark(int readLimit) {
        in.mark(readLimit);
    }

    @Override
    public synchronized void reset() throws IOException {
        in.reset();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
