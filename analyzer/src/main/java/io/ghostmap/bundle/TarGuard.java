package io.ghostmap.bundle;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Stands between the decompressor and commons-compress, walks the 512-byte headers as they pass, and refuses what the
 * tar reader would obey: commons-compress 1.28.0 allocates a long name or PAX header of whatever size its header
 * states (COMPRESS-723), and takes sparse members whose stated size has no bytes behind it.
 *
 * <p>Formats: POSIX ustar and PAX (IEEE Std 1003.1), GNU tar's base-256 sizes.
 */
final class TarGuard extends FilterInputStream {
    private static final int BLOCK = 512;
    private static final int SIZE_OFFSET = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int TYPE_OFFSET = 156;

    /** Regular file (two spellings), folder, and the metadata records: PAX local and global, GNU long name and link. */
    private static final String ALLOWED_TYPES = "0\0" + "5xgLK";

    private static final String METADATA_TYPES = "xgLK";

    private final Limits limits;
    private final byte[] header = new byte[BLOCK];
    private int headerFill;
    private long bodyLeft;
    private int members;
    private long total;

    TarGuard(InputStream in, Limits limits) {
        super(in);
        this.limits = limits;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read > 0) {
            inspect(buffer, offset, read);
        } else if (read < 0 && bodyLeft > 0) {
            throw new EOFException("the tar ends inside a member");
        }
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        byte[] buffer = new byte[(int) Math.min(count, 1 << 16)];
        long skipped = 0;
        while (skipped < count) {
            int read = read(buffer, 0, (int) Math.min(count - skipped, buffer.length));
            if (read < 0) {
                break;
            }
            skipped += read;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void inspect(byte[] buffer, int offset, int length) throws LimitExceededException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (bodyLeft > 0) {
                int step = (int) Math.min(bodyLeft, end - at);
                bodyLeft -= step;
                at += step;
                continue;
            }
            int step = Math.min(BLOCK - headerFill, end - at);
            System.arraycopy(buffer, at, header, headerFill, step);
            headerFill += step;
            at += step;
            if (headerFill == BLOCK) {
                headerFill = 0;
                checkHeader();
            }
        }
    }

    private void checkHeader() throws LimitExceededException {
        if (isZero()) {
            return; // the end mark, or padding behind it
        }
        char type = (char) (header[TYPE_OFFSET] & 0xff);
        if (ALLOWED_TYPES.indexOf(type) < 0) {
            throw new LimitExceededException("the member " + name() + " is not a regular file or folder (tar type '"
                    + Printable.of(String.valueOf(type)) + "'); links, devices and sparse files are refused");
        }
        long size = type == '5' ? 0 : size();
        if (METADATA_TYPES.indexOf(type) >= 0 && size > limits.metadataBytes()) {
            throw new LimitExceededException(
                    "a tar metadata record states " + size + " bytes, at most " + limits.metadataBytes() + " are read");
        }
        if (size > limits.memberBytes()) {
            throw new LimitExceededException("the member " + name() + " states " + size + " bytes, at most "
                    + limits.memberBytes() + " are read");
        }
        if (++members > limits.members()) {
            throw new LimitExceededException("it has more than " + limits.members() + " members");
        }
        total += size;
        if (total > limits.totalBytes()) {
            throw new LimitExceededException("its members together pass " + limits.totalBytes() + " bytes");
        }
        bodyLeft = (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private boolean isZero() {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private String name() {
        int end = 0;
        while (end < 100 && header[end] != 0) {
            end++;
        }
        return Printable.of(new String(header, 0, end, StandardCharsets.UTF_8));
    }

    /** Octal digits, or with the top bit set a big-endian number (GNU). */
    private long size() throws LimitExceededException {
        if ((header[SIZE_OFFSET] & 0x80) != 0) {
            long value = header[SIZE_OFFSET] & 0x3f;
            for (int i = 1; i < SIZE_LENGTH; i++) {
                if (value >>> 55 != 0) {
                    throw new LimitExceededException("the member " + name() + " states an impossible size");
                }
                value = value << 8 | (header[SIZE_OFFSET + i] & 0xff);
            }
            return value;
        }
        long value = 0;
        for (int i = 0; i < SIZE_LENGTH; i++) {
            int c = header[SIZE_OFFSET + i];
            if (c >= '0' && c <= '7') {
                value = value << 3 | (c - '0');
            } else if (c != ' ' && c != 0) {
                throw new LimitExceededException("the member " + name() + " has a size that is no number");
            }
        }
        return value;
    }
}
