package io.ghostmap.cli;

import static io.ghostmap.support.Archives.file;
import static io.ghostmap.support.Archives.gzip;
import static io.ghostmap.support.Archives.member;
import static io.ghostmap.support.Archives.tar;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is not a bundle, or not a safe one, ends in one line on stderr and status 4, and writes nothing. */
final class BadInputTest {
    private static final byte[] MANIFEST = file("b/manifest.json", "{\"format\":1}");

    @TempDir
    private Path folder;

    @Test
    void notAnArchive() throws IOException {
        assertThat(refusal("notes.txt", "this is no archive".getBytes(StandardCharsets.UTF_8)))
                .contains("not a tar, tar.gz or tar.zst archive");
    }

    @Test
    void emptyFile() throws IOException {
        assertThat(refusal("empty.tar.gz", new byte[0])).contains("the file is empty");
    }

    @Test
    void archiveWithNothingOfOurs() throws IOException {
        assertThat(refusal("other.tar.gz", gzip(tar(file("photos/cat.txt", "meow")))))
                .contains("has nothing that Ghostmap reads");
    }

    /**
     * Number 14 of the reference on Cilium's datapath, section 10: bugtool and sysdump archives hold pinned maps only, as
     * text, without the list of links. They are not read, and not read in part either.
     */
    @Test
    void trap14ArchiveOfBugtoolIsRefused() throws IOException {
        String top = "cilium-bugtool-20260101/cmd/";
        assertThat(refusal(
                        "bugtool.tar.gz",
                        gzip(tar(
                                file(top + "bpftool-map-show.md", "27: hash  name cilium_lb4_serv  flags 0x1\n"),
                                file(
                                        top
                                                + "bpftool-map-dump-pinned--sys-fs-bpf-tc-globals-cilium_lb4_services_v2.md",
                                        "key: 0a 60 00 0a\n> Error while running 'bpftool':  exit status 255\n")))))
                .contains("has nothing that Ghostmap reads")
                .contains("give the archive that ghostmap-collect wrote");
    }

    @Test
    void gzipCutAtHalf() throws IOException {
        byte[] whole = Files.readAllBytes(Repository.sample("stale-generation"));
        assertThat(refusal("half.tar.gz", Arrays.copyOf(whole, whole.length / 2)))
                .contains("the archive ends early")
                .contains("transfer it again");
    }

    @Test
    void gzipWithAByteChanged() throws IOException {
        byte[] bytes = Files.readAllBytes(Repository.sample("stale-generation"));
        bytes[bytes.length - 6] ^= 1; // in the checksum behind the data
        assertThat(refusal("changed.tar.gz", bytes)).contains("damaged");
    }

    @Test
    void noSuchFile() {
        assertThat(refusalOf(folder.resolve("absent.tar.gz"))).contains("no such file or folder");
    }

    @Test
    void memberThatLeavesTheFolder() throws IOException {
        assertThat(refusal("slip.tar", tar(MANIFEST, file("b/../../etc/passwd", "x"))))
                .contains("leaves the bundle's folder");
        assertThat(refusal("root.tar", tar(MANIFEST, file("/etc/passwd", "x")))).contains("not a plain relative path");
    }

    @Test
    void linksAndDevices() throws IOException {
        for (char type : new char[] {'1', '2', '3', '4', '6', 'S'}) {
            assertThat(refusal("link.tar", tar(MANIFEST, member("b/pcap", type, 0, new byte[0]))))
                    .as("type %s", type)
                    .contains("not a regular file or folder");
        }
    }

    @Test
    void twoTopFolders() throws IOException {
        assertThat(refusal("two.tar", tar(MANIFEST, file("c/manifest.json", "{}"))))
                .contains("more than one top folder");
    }

    @Test
    void memberTwice() throws IOException {
        assertThat(refusal("twice.tar", tar(MANIFEST, MANIFEST))).contains("is in it twice");
    }

    @Test
    void controlCharactersInANameAreMadeVisible() throws IOException {
        String line = refusal("escape.tar", tar(MANIFEST, file("b/\u001b]0;owned\u0007", "x")));
        assertThat(line).doesNotContain("\u001b").contains("\\u001b");
    }

    /** A reader that allocated what these headers state would take 600 MiB from a 600 KB archive. */
    @Test
    void metadataRecordOfHundredsOfMegabytes() throws IOException {
        for (char type : new char[] {'x', 'g', 'L', 'K'}) {
            Path archive = folder.resolve("bomb-" + type + ".tar.gz");
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
                out.write(member("b/bomb", type, 600L << 20, new byte[0]));
                out.write(
                        "629145600 comment=".getBytes(StandardCharsets.UTF_8)); // a record of pax as long as it states
                byte[] zeros = new byte[1 << 20];
                for (int i = 0; i < 600; i++) {
                    out.write(zeros);
                }
            }
            assertThat(refusalOf(archive)).as("type %s", type).contains("metadata records");
        }
    }

    @Test
    void memberLargerThanAnyBundleHolds() throws IOException {
        byte[] header = member("b/pcap/any.pcap", '0', 0, new byte[0]);
        // GNU's base-256 size, 2^60 bytes, with the checksum made right again
        Arrays.fill(header, 124, 136, (byte) 0);
        header[124] = (byte) 0x80;
        header[128] = 0x10;
        fixChecksum(header);
        assertThat(refusal("huge.tar", tar(MANIFEST, header))).contains("at most");
    }

    @Test
    void tooManyMembers() throws IOException {
        byte[][] members = new byte[20_002][];
        for (int i = 0; i < members.length; i++) {
            members[i] = file("b/errors/" + i, "");
        }
        assertThat(refusal("many.tar.gz", gzip(tar(members)))).contains("more than 20000 members");
    }

    /** Neither is recursion that overflows the stack, nor advice to give Java more memory. */
    @Test
    void metadataRecordsAndGzipPartsWithoutEnd() throws IOException {
        byte[][] records = new byte[3_000][];
        Arrays.fill(records, member("pax", 'x', 12, "12 comment=\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(refusal("records.tar", tar(records))).contains("metadata records");

        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            parts.writeBytes(gzip(new byte[0]));
        }
        parts.writeBytes(gzip(tar(MANIFEST)));
        assertThat(refusal("parts.tar.gz", parts.toByteArray())).contains("empty gzip parts");
    }

    /** The body of the first member would be read as members, past every limit. */
    @Test
    void paxSizeThatHidesMembers() throws IOException {
        byte[] link = member("b/link", '2', 0, new byte[0]);
        assertThat(refusal(
                        "pax.tar",
                        tar(
                                MANIFEST,
                                member("pax", 'x', 9, "9 size=0\n".getBytes(StandardCharsets.UTF_8)),
                                member("b/node/a", '0', link.length, link))))
                .contains("not a regular file or folder");
    }

    /** A sparse file of 100 GB takes no room on a disk, and minutes to read. */
    @Test
    void hugeFileInAFolderIsRefusedByItsSize() throws IOException {
        Path bundle = Files.createDirectories(folder.resolve("bundle"));
        Files.writeString(bundle.resolve("manifest.json"), "{\"format\":1}");
        Files.createDirectory(bundle.resolve("pcap"));
        try (RandomAccessFile sparse =
                new RandomAccessFile(bundle.resolve("pcap/any.pcap").toFile(), "rw")) {
            sparse.setLength(100L << 30);
        }
        assertThat(refusalOf(bundle)).contains("pcap/any.pcap has 107374182400 bytes, at most");
    }

    @Test
    void zerosWithoutEndAfterAnArchive() throws IOException {
        Path archive = folder.resolve("zeros.tar.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
            out.write(tar(MANIFEST));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 300; i++) {
                out.write(zeros);
            }
        }
        assertThat(refusalOf(archive)).contains("bytes follow its end");
    }

    @Test
    void formatOfTheFuture() throws IOException {
        assertThat(refusal("future.tar", tar(file("b/manifest.json", "{\"format\":2}"))))
                .contains("bundle format 2");
    }

    @Test
    void wrongUsage() {
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "analyze");
        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter");
    }

    private static void fixChecksum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        byte[] text = String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, header, 148, text.length);
    }

    private String refusal(String name, byte[] bytes) throws IOException {
        Path path = folder.resolve(name);
        Files.write(path, bytes);
        return refusalOf(path);
    }

    /** The one line on stderr. */
    private String refusalOf(Path path) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Path reports = folder.resolve("reports");
        int status = Main.run(
                new PrintWriter(out), new PrintWriter(err), "analyze", path.toString(), "-o", reports.toString());
        assertThat(status).as(err.toString()).isEqualTo(4);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("ghostmap: ").endsWith("\n");
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(reports).doesNotExist();
        return err.toString();
    }
}
