package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * One member of an archive while a sink reads it: counts and bounds its bytes, digests them, and remembers the first
 * failure of the archive below, which parsers above tend to wrap or to swallow. Closing it leaves the archive open.
 */
final class MemberStream extends BlockStream {
    private final InputStream in;
    private final long limit;
    private final Optional<MemberDigest> digest;
    private long count;
    private Optional<IOException> failure = Optional.empty();

    MemberStream(InputStream in, long limit, Optional<MemberDigest> digest) {
        this.in = in;
        this.limit = limit;
        this.digest = digest;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int read = in.read(buffer, offset, length);
            if (read > 0) {
                count += read;
                if (count > limit) {
                    throw new LimitExceededException("is larger than " + limit + " bytes");
                }
                if (digest.isPresent()) {
                    digest.get().update(buffer, offset, read);
                }
            }
            return read;
        } catch (IOException e) {
            if (failure.isEmpty()) {
                failure = Optional.of(e);
            }
            throw e;
        }
    }

    /** Reads what the sink left, so that count and digest are those of the whole member. */
    void drain() throws IOException {
        byte[] buffer = new byte[1 << 16];
        while (read(buffer, 0, buffer.length) >= 0) {
            // counting and digesting is the work
        }
    }

    void throwFailure() throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    long count() {
        return count;
    }
}
