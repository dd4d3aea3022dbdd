package io.ghostmap.bundle;

import io.ghostmap.text.Text;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Entry point of this package: reads a bundle, an archive (tar, tar.gz or tar.zst by its first bytes) or an unpacked
 * folder, and hands each member to the sinks that want it.
 */
public final class BundleReader {
    private static final int BUFFER = 256 << 10;
    private static final int MAGIC_BYTES = 264;

    private final Limits limits;
    private final boolean digesting;

    public BundleReader(Limits limits) {
        this(limits, true);
    }

    private BundleReader(Limits limits, boolean digesting) {
        this.limits = limits;
        this.digesting = digesting;
    }

    /**
     * A reader that computes no SHA-256, of the archive or of its members: most of the time of a bundle with a large
     * capture. What {@code SHA256SUMS} says is then not compared.
     */
    public static BundleReader withoutDigests(Limits limits) {
        return new BundleReader(limits, false);
    }

    /** Walks the bundle once. A bundle that holds nothing of ours is refused. */
    public Bundle read(Path path, List<MemberSink> sinks) throws UnreadableBundleException {
        try (MemberWalk walk = new MemberWalk(limits, sinks, digesting)) {
            return read(path, walk);
        }
    }

    private Bundle read(Path path, MemberWalk walk) throws UnreadableBundleException {
        String shown = Printable.of(String.valueOf(path.getFileName()));
        try {
            Optional<String> sha256 = Optional.empty();
            if (Files.isDirectory(path)) {
                new FolderSource(limits).walk(path, walk);
            } else {
                sha256 = readArchive(path, walk);
            }
            walk.finishReading();
            return walk.finish(baseName(path), sha256);
        } catch (UnreadableBundleException e) {
            throw new UnreadableBundleException(shown + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UnreadableBundleException(shown + ": " + refusal(e, walk.where()), e);
        }
    }

    /** What went wrong, and what to do about it. {@code where} is a clause that names the member, if it was in one. */
    static String refusal(IOException e, String where) {
        if (e instanceof NoSuchFileException) {
            return "no such file or folder: check the path";
        }
        if (e instanceof AccessDeniedException denied) {
            return "permission denied for " + Printable.of(String.valueOf(denied.getFile()))
                    + ": read it as the user who unpacked it, or change its permissions";
        }
        if (e instanceof LimitExceededException) {
            return "refused, " + e.getMessage() + ": ask for a bundle as ghostmap-collect wrote it";
        }
        if (e instanceof EOFException) {
            return "the archive ends early" + where
                    + ": transfer it again and compare its size and SHA-256 with the collector's last lines";
        }
        return "the archive is damaged" + where + " (" + Printable.of(String.valueOf(e.getMessage()))
                + "): transfer it again and compare its SHA-256";
    }

    /** Returns the SHA-256 of the archive's own bytes. */
    private Optional<String> readArchive(Path path, MemberWalk walk) throws IOException, UnreadableBundleException {
        MessageDigest digest = Sha256.newDigest();
        try (InputStream file = digested(FileStream.open(path), digest);
                InputStream ahead = new ReadAheadStream(file);
                InputStream raw = new BufferedInputStream(ahead, BUFFER);
                InputStream plain = decompress(raw)) {
            TarReader tar = new TarReader(plain, limits);
            readMembers(tar, walk);
            lookBeyond(tar, walk); // the checksum of gzip and zstd comes after the last block
            drain(raw);
        }
        return digesting ? Optional.of(Sha256.hex(digest)) : Optional.empty();
    }

    private InputStream digested(InputStream in, MessageDigest digest) {
        return digesting ? new DigestInputStream(in, digest) : in;
    }

    private static void readMembers(TarReader tar, MemberWalk walk) throws IOException {
        for (Optional<TarReader.Entry> entry = tar.next(); entry.isPresent(); entry = tar.next()) {
            if (entry.get().isFolder()) {
                walk.folder(entry.get().name());
            } else {
                walk.member(entry.get().name(), entry.get().body());
            }
        }
    }

    /** What is in the file after the archive's last member is named, since it may be the rest of the bundle. */
    private static void lookBeyond(TarReader tar, MemberWalk walk) throws IOException {
        if (!tar.hasEndMark()) {
            walk.gap(Text.of("lacks the mark at the end of a tar archive"));
        }
        boolean more;
        try {
            more = tar.hasMore();
        } catch (TrailingBytesException e) {
            more = true;
        }
        if (more) {
            walk.gap(Text.of("other bytes follow its end; they were not read"));
        }
    }

    private static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        while (in.read(buffer) >= 0) {
            // only the end matters
        }
    }

    /** Whether the file is one that {@link #read} would open, or a folder; not whether it is a bundle. */
    public static boolean isArchive(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return true;
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] magic = in.readNBytes(MAGIC_BYTES);
            return Decompression.isGzip(magic) || Decompression.isZstd(magic) || isTar(magic);
        }
    }

    private static boolean isTar(byte[] magic) {
        return magic.length == MAGIC_BYTES && new String(magic, 257, 5, StandardCharsets.US_ASCII).equals("ustar");
    }

    private static InputStream decompress(InputStream raw) throws IOException, UnreadableBundleException {
        raw.mark(MAGIC_BYTES);
        byte[] magic = raw.readNBytes(MAGIC_BYTES);
        raw.reset();
        if (magic.length == 0) {
            throw new UnreadableBundleException("the file is empty: collect or transfer it again");
        }
        if (Decompression.isGzip(magic)) {
            return Decompression.gunzip(raw);
        }
        if (Decompression.isZstd(magic)) {
            return Decompression.unzstd(raw);
        }
        if (isTar(magic)) {
            return raw;
        }
        throw new UnreadableBundleException(
                "not a tar, tar.gz or tar.zst archive: give the file that ghostmap-collect wrote, or its unpacked folder");
    }

    private static String baseName(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        String text = name == null ? "bundle" : name.toString();
        for (String ending : List.of(".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar")) {
            if (text.toLowerCase(Locale.ROOT).endsWith(ending) && text.length() > ending.length()) {
                return text.substring(0, text.length() - ending.length());
            }
        }
        return text;
    }
}
