package io.ghostmap.bundle;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Walks the members of a tar archive. Each bound is checked before the bytes that a header states are read, and there is
 * no second reader that could take the same bytes for another archive.
 *
 * <p>Formats: POSIX ustar and pax (IEEE Std 1003.1), GNU tar's long names and base-256 sizes. Links, devices and sparse
 * files are refused.
 */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE_OFFSET = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM_OFFSET = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE_OFFSET = 156;
    private static final int MAGIC_OFFSET = 257;
    private static final int PREFIX_OFFSET = 345;
    private static final int PREFIX_LENGTH = 155;

    /** With a NUL after it; GNU tar's has blanks, and no prefix. */
    private static final String MAGIC = "ustar\0";

    /** pax, with a global record before it, and GNU's long name and long link: four; nobody writes more. */
    private static final int MAX_METADATA_RECORDS = 16;

    /** A tar is filled up with zeros to the size of a tape's block; a second bundle after the first is larger. */
    private static final long MAX_TRAILING_BYTES = 256L << 20;

    private final InputStream in;
    private final Limits limits;
    private final byte[] header = new byte[BLOCK];
    private Body body = new Body(0);
    private int members;
    private long total;
    private boolean marked;

    TarReader(InputStream in, Limits limits) {
        this.in = in;
        this.limits = limits;
    }

    /**
     * A member.
     *
     * @param body its bytes; what is left of them is skipped by {@link #next}
     */
    record Entry(String name, boolean isFolder, InputStream body) {}

    /** Empty at the end of the archive. */
    Optional<Entry> next() throws IOException {
        body.skipRest();
        Metadata metadata = new Metadata();
        for (int records = 0; readHeader(); records++) {
            char type = (char) (header[TYPE_OFFSET] & 0xff);
            if (!isMetadata(type)) {
                return Optional.of(entry(type, metadata));
            }
            if (records == MAX_METADATA_RECORDS) {
                throw new LimitExceededException(
                        "a member has more than " + MAX_METADATA_RECORDS + " tar metadata records");
            }
            count(0);
            metadata.read(type);
        }
        if (metadata.isPresent()) {
            throw new EOFException("the tar ends between a metadata record and its member");
        }
        return Optional.empty();
    }

    /** Whether the archive had its end mark. Without it members may be missing. */
    boolean hasEndMark() {
        return marked;
    }

    /** Reads what follows the end of the archive; whether it is anything but zeros. */
    boolean hasMore() throws IOException {
        byte[] buffer = new byte[1 << 16];
        boolean more = false;
        long passed = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            more |= !isZero(buffer, read);
            passed += read;
            if (passed > MAX_TRAILING_BYTES) {
                throw new LimitExceededException("more than " + MAX_TRAILING_BYTES + " bytes follow its end");
            }
        }
        return more;
    }

    private static boolean isMetadata(char type) {
        return switch (type) {
            case 'x', 'g', 'L', 'K' -> true;
            default -> false;
        };
    }

    private Entry entry(char type, Metadata metadata) throws IOException {
        String name = metadata.path.or(() -> metadata.longName).orElseGet(this::headerName);
        if (type != '0' && type != '\0' && type != '5') {
            throw new LimitExceededException("the member " + Printable.of(name)
                    + " is not a regular file or folder (tar type '" + Printable.of(String.valueOf(type))
                    + "'); links, devices and sparse files are refused");
        }
        long stated = metadata.size.isPresent() ? metadata.size.get() : headerSize();
        boolean folder = type == '5' || (name.endsWith("/") && stated == 0);
        long size = folder ? 0 : stated;
        if (size > limits.memberBytes()) {
            throw new LimitExceededException("the member " + Printable.of(name) + " states " + size + " bytes, at most "
                    + limits.memberBytes() + " are read");
        }
        count(size);
        body = new Body(size);
        return new Entry(name, folder, body);
    }

    private void count(long size) throws LimitExceededException {
        if (++members > limits.members()) {
            throw new LimitExceededException("it has more than " + limits.members() + " members");
        }
        total += size;
        if (total > limits.totalBytes()) {
            throw new LimitExceededException("its members together pass " + limits.totalBytes() + " bytes");
        }
    }

    /** False at the end mark, and at the end of the stream, which may come without one. */
    private boolean readHeader() throws IOException {
        int read = in.readNBytes(header, 0, BLOCK);
        if (read == 0) {
            return false;
        }
        if (read < BLOCK) {
            throw new EOFException("the tar ends inside a header");
        }
        if (isZero(header, BLOCK)) {
            marked = true;
            return false;
        }
        if (!isChecked()) {
            throw new IOException("a tar header whose checksum does not match");
        }
        return true;
    }

    private static boolean isZero(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum of all bytes, blanks for those of the sum itself; old tars took the bytes as signed. */
    private boolean isChecked() throws LimitExceededException {
        long stated = octal(CHECKSUM_OFFSET, CHECKSUM_LENGTH);
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean own = i >= CHECKSUM_OFFSET && i < CHECKSUM_OFFSET + CHECKSUM_LENGTH;
            unsigned += own ? ' ' : header[i] & 0xff;
            signed += own ? ' ' : header[i];
        }
        return stated == unsigned || stated == signed;
    }

    private String headerName() {
        String name = text(0, NAME_LENGTH);
        String magic = new String(header, MAGIC_OFFSET, MAGIC.length(), StandardCharsets.ISO_8859_1);
        String prefix = magic.equals(MAGIC) ? text(PREFIX_OFFSET, PREFIX_LENGTH) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** Up to a NUL. */
    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** Octal digits, or with the top bit set a big-endian number (GNU). */
    private long headerSize() throws LimitExceededException {
        if ((header[SIZE_OFFSET] & 0x80) == 0) {
            return octal(SIZE_OFFSET, SIZE_LENGTH);
        }
        long value = header[SIZE_OFFSET] & 0x3f;
        boolean negative = (header[SIZE_OFFSET] & 0x40) != 0;
        for (int i = 1; i < SIZE_LENGTH; i++) {
            if (negative || value >>> 55 != 0) {
                throw new LimitExceededException(
                        "the member " + Printable.of(headerName()) + " states an impossible size");
            }
            value = value << 8 | (header[SIZE_OFFSET + i] & 0xff);
        }
        return value;
    }

    private long octal(int offset, int length) throws LimitExceededException {
        long value = 0;
        boolean ended = false;
        for (int i = offset; i < offset + length; i++) {
            int c = header[i];
            if (c >= '0' && c <= '7' && !ended) {
                value = value << 3 | (c - '0');
            } else if (c == ' ' || c == 0) {
                ended |= value > 0 || c == 0;
            } else {
                throw new LimitExceededException(
                        "the member " + Printable.of(headerName()) + " has a number in its header that is no number");
            }
        }
        return value;
    }

    /** The bytes of one member. */
    private final class Body extends BlockStream {
        private final long size;
        private long left;

        Body(long size) {
            this.size = size;
            this.left = size;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int read = in.read(buffer, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException("the tar ends inside a member");
            }
            left -= read;
            return read;
        }

        /** To the next header. */
        void skipRest() throws IOException {
            byte[] buffer = new byte[(int) Math.min(left, 1 << 16)];
            while (left > 0) {
                read(buffer, 0, buffer.length);
            }
            int padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
            if (in.readNBytes(new byte[BLOCK], 0, padding) < padding) {
                throw new EOFException("the tar ends inside a member");
            }
        }
    }

    /** What the records before a member say of it. */
    private final class Metadata {
        private Optional<String> path = Optional.empty();
        private Optional<String> longName = Optional.empty();
        private Optional<Long> size = Optional.empty();
        private boolean present;

        boolean isPresent() {
            return present;
        }

        void read(char type) throws IOException {
            byte[] record = body();
            present = true;
            switch (type) {
                case 'L' -> longName = Optional.of(upToNul(record));
                case 'x' -> PaxRecords.read(record, this::own);
                case 'g' -> PaxRecords.read(record, this::global);
                default -> {
                    // the name of a link, which only a link needs
                }
            }
        }

        private byte[] body() throws IOException {
            long stated = headerSize();
            if (stated > limits.metadataBytes()) {
                throw new LimitExceededException("a tar metadata record states " + stated + " bytes, at most "
                        + limits.metadataBytes() + " are read");
            }
            Body record = new Body(stated);
            byte[] bytes = record.readNBytes((int) stated);
            record.skipRest();
            return bytes;
        }

        private void own(String key, String value) throws IOException {
            refuseSparse(key);
            if (key.equals("path")) {
                path = Optional.of(value);
            } else if (key.equals("size")) {
                size = Optional.of(PaxRecords.number(value));
            }
        }

        /** One that changed what every further member is would make the archive another one; no tool writes it. */
        private void global(String key, String value) throws IOException {
            refuseSparse(key);
            if (key.equals("path") || key.equals("size")) {
                throw new LimitExceededException("a global pax record sets the " + key + " of every member");
            }
        }

        private void refuseSparse(String key) throws IOException {
            if (key.startsWith("GNU.sparse.")) {
                throw new LimitExceededException("a pax record makes a member sparse; sparse files are refused");
            }
        }

        private String upToNul(byte[] record) {
            int end = 0;
            while (end < record.length && record[end] != 0) {
                end++;
            }
            return new String(record, 0, end, StandardCharsets.UTF_8);
        }
    }
}
