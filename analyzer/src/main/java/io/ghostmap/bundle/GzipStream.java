package io.ghostmap.bundle;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * All parts of a gzip file, one after the other (RFC 1952). The JDK's stream takes a later part that is damaged, and any
 * bytes after the last one, for the end of the file; here neither passes unnoticed. Zeros at the end are padding.
 */
final class GzipStream extends BlockStream {
    static final int MAGIC_1 = 0x1f;
    static final int MAGIC_2 = 0x8b;

    /** A bgzip file of 32 GiB has half as many. */
    private static final int MAX_PARTS = 1 << 20;

    /** Parts without content cost time, and nobody writes many. */
    private static final int MAX_EMPTY_PARTS = 100;

    /** An extra field has at most 64 KiB; a name or comment may have any length. */
    private static final int MAX_HEADER = 1 << 17;

    private static final int DEFLATE = 8;
    private static final int HAS_CHECKSUM = 1 << 1;
    private static final int HAS_EXTRA = 1 << 2;
    private static final int HAS_NAME = 1 << 3;
    private static final int HAS_COMMENT = 1 << 4;
    private static final int RESERVED = 0xe0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer;
    private int at;
    private int limit;
    private boolean inPart;
    private int parts;
    private int wholeParts;
    private int emptyParts;
    private int headerBytes;

    GzipStream(InputStream in, int bufferSize) {
        this.in = in;
        this.buffer = new byte[bufferSize];
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (inPart || openPart()) {
            int count = inflate(target, offset, length);
            if (count > 0) {
                crc.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                closePart();
            } else if (inflater.needsInput()) {
                fillInflater();
            } else {
                throw new IOException("its part " + parts + " asks for a dictionary");
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException e) {
            throw new IOException("its part " + parts + " is damaged", e);
        }
    }

    private void fillInflater() throws IOException {
        if (!fill()) {
            throw new EOFException("it ends inside its part " + parts);
        }
        inflater.setInput(buffer, at, limit - at);
        at = limit;
    }

    /** False at the end of the file. */
    private boolean openPart() throws IOException {
        int first = peek();
        if (parts > 0 && first == 0) {
            skipPadding();
            first = peek();
        }
        if (first < 0) {
            if (parts == 0) {
                throw new EOFException("it is empty");
            }
            return false;
        }
        if (first != MAGIC_1) {
            throw notAPart("other bytes follow");
        }
        if (++parts > MAX_PARTS) {
            throw new LimitExceededException("it has more than " + MAX_PARTS + " gzip parts");
        }
        readHeader();
        inflater.reset();
        inflater.setInput(buffer, at, limit - at);
        at = limit;
        crc.reset();
        inPart = true;
        return true;
    }

    private void readHeader() throws IOException {
        headerBytes = 0;
        int magic1 = headerByte();
        int magic2 = headerByte();
        int method = headerByte();
        int flags = headerByte();
        if (magic1 != MAGIC_1 || magic2 != MAGIC_2 || method != DEFLATE || (flags & RESERVED) != 0) {
            throw notAPart("its part " + parts + " has a damaged header");
        }
        skipHeader(6); // time, extra flags, operating system
        if ((flags & HAS_EXTRA) != 0) {
            skipHeader(headerByte() | headerByte() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_CHECKSUM) != 0) {
            skipHeader(2);
        }
    }

    /** What is not a part leaves the parts before it as they are. */
    private IOException notAPart(String message) {
        return wholeParts > 0 ? new TrailingBytesException(message) : new IOException(message);
    }

    private void closePart() throws IOException {
        at = limit - inflater.getRemaining();
        long stated = littleEndian();
        long size = littleEndian();
        if (stated != crc.getValue() || size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new IOException("the checksum of its part " + parts + " does not match");
        }
        emptyParts = size == 0 ? emptyParts + 1 : 0;
        if (emptyParts > MAX_EMPTY_PARTS) {
            throw new LimitExceededException("it has more than " + MAX_EMPTY_PARTS + " empty gzip parts in a row");
        }
        wholeParts++;
        inPart = false;
    }

    private long littleEndian() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= (long) oneByte() << shift;
        }
        return value;
    }

    private void skipPadding() throws IOException {
        while (peek() == 0) {
            at++;
        }
    }

    private void skipText() throws IOException {
        while (headerByte() != 0) {
            // a name or a comment says nothing that is needed
        }
    }

    private void skipHeader(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            headerByte();
        }
    }

    private int headerByte() throws IOException {
        if (++headerBytes > MAX_HEADER) {
            throw new LimitExceededException("a gzip header has more than " + MAX_HEADER + " bytes");
        }
        return oneByte();
    }

    private int oneByte() throws IOException {
        if (at == limit && !fill()) {
            throw new EOFException("it ends inside the frame of its part " + parts);
        }
        return buffer[at++] & 0xff;
    }

    /** The next byte, which stays; -1 at the end. */
    private int peek() throws IOException {
        return at == limit && !fill() ? -1 : buffer[at] & 0xff;
    }

    /** False when there is no more; only when all that was there is used. */
    private boolean fill() throws IOException {
        at = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
