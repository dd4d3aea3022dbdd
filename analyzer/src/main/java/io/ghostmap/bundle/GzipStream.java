package io.ghostmap.bundle;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * All parts of a gzip file, one after the other (RFC 1952), as commons-compress reads them. Around it are the bounds that
 * it does not have, and the distinction between a damaged file and a whole one that other bytes follow. Zeros at the end
 * are padding.
 */
final class GzipStream extends BlockStream {
    private static final int BUFFER = 256 << 10;

    /** A bgzip file of 32 GiB has half as many. */
    private static final int MAX_PARTS = 1 << 20;

    /** Parts without content cost time, and no tool writes many. */
    private static final int MAX_EMPTY_PARTS = 100;

    /** An extra field has at most 64 KiB; a name or comment may have any length. */
    private static final int MAX_HEADER = 1 << 17;

    private final MeteredStream in;
    private Optional<GzipCompressorInputStream> parts = Optional.empty();
    private Optional<IOException> failure = Optional.empty();
    private boolean inHeader = true;
    private int wholeParts;
    private int emptyParts;

    GzipStream(InputStream in) {
        this.in = new MeteredStream(in.markSupported() ? in : new BufferedInputStream(in, BUFFER));
    }

    /** The library loses what it unpacked in the same call before it failed; here that is read first. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
        long before = unpacked();
        try {
            return opened().read(target, offset, length);
        } catch (IOException e) {
            IOException named = named(e);
            failure = Optional.of(named);
            int read = (int) (unpacked() - before);
            if (read > 0) {
                return read;
            }
            throw named;
        }
    }

    private long unpacked() {
        return parts.map(GzipCompressorInputStream::getBytesRead).orElse(0L);
    }

    private GzipCompressorInputStream opened() throws IOException {
        if (parts.isEmpty()) {
            boundHeader();
            parts = Optional.of(GzipCompressorInputStream.builder()
                    .setInputStream(in)
                    .setDecompressConcatenated(true)
                    .setOnMemberStart(part -> startPart())
                    .setOnMemberEnd(part -> endPart(part.getMetaData().getTrailerISize()))
                    .get());
        }
        return parts.get();
    }

    private void boundHeader() {
        in.allow(MAX_HEADER, "a gzip header has more than " + MAX_HEADER + " bytes");
    }

    private void startPart() throws LimitExceededException {
        if (wholeParts == MAX_PARTS) {
            throw new LimitExceededException("it has more than " + MAX_PARTS + " gzip parts");
        }
        inHeader = false;
        in.allowAll();
    }

    private void endPart(long size) throws IOException {
        wholeParts++;
        emptyParts = size == 0 ? emptyParts + 1 : 0;
        if (emptyParts > MAX_EMPTY_PARTS) {
            throw new LimitExceededException("it has more than " + MAX_EMPTY_PARTS + " empty gzip parts in a row");
        }
        inHeader = true;
        skipPadding();
        boundHeader();
    }

    private void skipPadding() throws IOException {
        byte[] block = new byte[8192];
        int zeros;
        int read;
        do {
            in.mark(block.length);
            read = in.read(block);
            zeros = 0;
            while (zeros < read && block[zeros] == 0) {
                zeros++;
            }
        } while (read > 0 && zeros == read);
        if (read > 0) {
            in.reset();
            in.skipNBytes(zeros);
        }
    }

    private IOException named(IOException e) {
        if (e instanceof LimitExceededException || in.failure().isPresent()) {
            return e;
        }
        int part = wholeParts + 1;
        if (in.hasEnded()) {
            return new EOFException("it ends inside its part " + part);
        }
        if (inHeader && wholeParts > 0) {
            return new TrailingBytesException("other bytes follow");
        }
        return new IOException("its part " + part + " is damaged", e);
    }

    @Override
    public void close() throws IOException {
        if (parts.isPresent()) {
            parts.get().close(); // and what is beneath it
        } else {
            in.close();
        }
    }
}
