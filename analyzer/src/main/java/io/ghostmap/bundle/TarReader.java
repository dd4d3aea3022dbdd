package io.ghostmap.bundle;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.jspecify.annotations.Nullable;

/**
 * Walks the members of a tar archive as commons-compress reads them. The bounds are on what the library itself takes from
 * the archive and on what it says of a member; nothing else parses the bytes, so that guard and reader see one archive.
 *
 * <p>Refused are links, devices, sparse files, and what one reader of tars takes for another archive than the next.
 */
final class TarReader {
    private static final int RECORD = TarConstants.DEFAULT_RCDSIZE;
    private static final String ENCODING = "UTF-8";
    private static final ZipEncoding NAMES = ZipEncodingHelper.getZipEncoding(ENCODING);

    /** A tar is filled up with zeros to the size of a tape's block; a second bundle after the first is larger. */
    private static final long MAX_TRAILING_BYTES = 256L << 20;

    private final MeteredStream in;
    private final Limits limits;
    private final Headers headers;
    private int members;
    private long total;

    TarReader(InputStream in, Limits limits) {
        this.in = new MeteredStream(in);
        this.limits = limits;
        this.headers = new Headers(this.in);
    }

    /**
     * A member.
     *
     * @param body its bytes; what is left of them is skipped by {@link #next}
     */
    record Entry(String name, boolean isFolder, InputStream body) {}

    /** Empty at the end of the archive. */
    Optional<Entry> next() throws IOException {
        headers.toNextMember();
        in.allow(
                limits.metadataBytes(),
                "the tar metadata records of one member have more than " + limits.metadataBytes() + " bytes");
        TarArchiveEntry entry = headers.getNextEntry();
        in.allowAll();
        count(headers.sinceMember, 0);
        if (entry == null) {
            if (headers.sinceMember > 0) {
                throw new EOFException("the tar ends between a metadata record and its member");
            }
            return Optional.empty();
        }
        check(entry);
        count(0, entry.getSize());
        return Optional.of(new Entry(entry.getName(), entry.isDirectory(), headers));
    }

    private void check(TarArchiveEntry entry) throws LimitExceededException {
        String name = "the member " + Printable.of(entry.getName());
        char type = (char) (entry.getLinkFlag() & 0xff);
        if (type != '0' && type != '\0' && type != '5') {
            throw new LimitExceededException(name + " is not a regular file or folder (tar type '"
                    + Printable.of(String.valueOf(type)) + "'); links, devices and sparse files are refused");
        }
        if (isSparse(entry)) {
            throw new LimitExceededException(name + " is sparse; sparse files are refused");
        }
        if (entry.isDirectory() && entry.getSize() > 0) {
            throw new LimitExceededException(name + " is a folder that states a size");
        }
        if (entry.getSize() > limits.memberBytes()) {
            throw new LimitExceededException(
                    name + " states " + entry.getSize() + " bytes, at most " + limits.memberBytes() + " are read");
        }
        headers.refuseChangeByGlobalRecord(entry);
    }

    /** The library takes a record that gives a map and no size for none of its own. */
    private static boolean isSparse(TarArchiveEntry entry) {
        return entry.isSparse()
                || entry.getExtraPaxHeaders().keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."));
    }

    private void count(int records, long size) throws LimitExceededException {
        members += records;
        if (members > limits.members()) {
            throw new LimitExceededException("it has more than " + limits.members() + " members");
        }
        total += size;
        if (total > limits.totalBytes()) {
            throw new LimitExceededException("its members together pass " + limits.totalBytes() + " bytes");
        }
    }

    /** Whether the archive had its end mark. Without it members may be missing. */
    boolean hasEndMark() {
        return headers.marked;
    }

    /** Reads what follows the end of the archive; whether it is anything but zeros. */
    boolean hasMore() throws IOException {
        byte[] buffer = new byte[1 << 16];
        boolean more = false;
        long passed = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            for (int i = 0; i < read && !more; i++) {
                more = buffer[i] != 0;
            }
            passed += read;
            if (passed > MAX_TRAILING_BYTES) {
                throw new LimitExceededException("more than " + MAX_TRAILING_BYTES + " bytes follow its end");
            }
        }
        return more;
    }

    /** The library's reader, and each header that it takes, of which it checks only those of members, and those not. */
    private static final class Headers extends TarArchiveInputStream {
        private final MeteredStream archive;
        private Optional<TarArchiveEntry> last = Optional.empty();
        private boolean marked;
        private boolean globalRecords;
        private boolean ownRecords;
        private int sinceMember;

        /** A block of one record: of what follows the end mark the library skips nothing. */
        Headers(MeteredStream archive) {
            super(archive, RECORD, RECORD, ENCODING, true);
            this.archive = archive;
        }

        /** What is left of the body is not a header, whose length is bounded. */
        void toNextMember() throws IOException {
            if (last.isPresent()) {
                transferTo(OutputStream.nullOutputStream());
            }
            sinceMember = 0;
            ownRecords = false;
        }

        @Override
        public @Nullable TarArchiveEntry getNextEntry() throws IOException {
            try {
                return super.getNextEntry();
            } catch (IOException e) {
                throw named(e);
            } catch (RuntimeException e) { // it says so of a size below zero, for example
                throw new IOException("a tar header or pax record with an impossible value", e);
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException e) {
                throw named(e);
            }
        }

        private IOException named(IOException e) {
            return archive.hasEnded() && archive.failure().isEmpty()
                    ? new EOFException("the tar ends inside a member")
                    : e;
        }

        /** For the library null is the end. */
        @Override
        protected byte @Nullable [] readRecord() throws IOException {
            if (marked) {
                return null;
            }
            byte[] record = super.readRecord();
            if (record == null) {
                if (getBytesRead() % RECORD != 0) {
                    throw new EOFException("the tar ends inside a header");
                }
                return null;
            }
            marked = isEOFRecord(record);
            if (!marked) {
                note(record);
            }
            return record;
        }

        private void note(byte[] record) throws IOException {
            if (!TarUtils.verifyCheckSum(record)) {
                throw new IOException("a tar header whose checksum does not match");
            }
            TarArchiveEntry header = new TarArchiveEntry(record, NAMES, true);
            last = Optional.of(header);
            sinceMember++;
            globalRecords |= header.isGlobalPaxHeader();
            ownRecords |= header.isPaxHeader() || header.isGNULongNameEntry();
            if (header.isGNULongNameEntry() && header.isDirectory()) { // the library would skip no body
                throw new LimitExceededException("a tar metadata record has the name of a folder");
            }
        }

        /** Not every reader of tars heeds global records, and no tool writes one that changes what a member is. */
        void refuseChangeByGlobalRecord(TarArchiveEntry entry) throws LimitExceededException {
            TarArchiveEntry header = last.orElseThrow();
            boolean renamed = !ownRecords && !entry.getName().equals(header.getName());
            if (globalRecords && (renamed || entry.getSize() != header.getSize())) {
                throw new LimitExceededException("a global pax record sets the path or size of every member");
            }
        }
    }
}
