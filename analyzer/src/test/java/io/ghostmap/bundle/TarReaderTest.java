package io.ghostmap.bundle;

import static io.ghostmap.support.Archives.file;
import static io.ghostmap.support.Archives.member;
import static io.ghostmap.support.Archives.tar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghostmap.support.Repository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the reader takes for an archive is what other readers take for it, or it refuses. */
final class TarReaderTest {
    private static final String LONG = "b/" + "d/".repeat(60) + "x".repeat(120);

    @ParameterizedTest
    @FieldSource("io.ghostmap.support.Repository#SAMPLES")
    void samplesReadAsCommonsCompressReadsThem(String sample) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(Repository.sample(sample)))) {
            byte[] tar = in.readAllBytes();
            assertThat(read(tar)).isEqualTo(readByCommons(tar)).isNotEmpty();
        }
    }

    @Test
    void longNamesAndLargeNumbersInEachWayToWriteThem() throws IOException {
        for (int longNames : new int[] {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX}) {
            for (int numbers : new int[] {
                TarArchiveOutputStream.BIGNUMBER_STAR, TarArchiveOutputStream.BIGNUMBER_POSIX,
            }) {
                byte[] tar = written(longNames, numbers);
                assertThat(read(tar)).isEqualTo(readByCommons(tar)).hasSize(3);
            }
        }
    }

    private static byte[] written(int longNames, int numbers) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
            out.setLongFileMode(longNames);
            out.setBigNumberMode(numbers);
            out.setAddPaxHeadersForNonAsciiNames(true);
            for (String name : List.of("b/Müller", LONG, "b/folder/")) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setUserId(1L << 40);
                entry.setSize(name.endsWith("/") ? 0 : 5);
                out.putArchiveEntry(entry);
                out.write("bytes".getBytes(StandardCharsets.UTF_8), 0, (int) entry.getSize());
                out.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** A guard that took the header's size, before a reader that took the record's, saw another archive. */
    @Test
    void sizeOfAPaxRecordIsTheSizeOfTheMember() throws IOException {
        byte[] link = member("b/link", '2', 0, new byte[0]);
        byte[] hidden = tar(pax("size", "0"), member("b/a", '0', link.length, link));
        assertThatThrownBy(() -> read(hidden)).hasMessageContaining("not a regular file or folder");

        byte[] plain = tar(pax("size", "3"), member("b/a", '0', 0, "abc".getBytes(StandardCharsets.UTF_8)));
        assertThat(read(plain)).containsExactly("b/a abc");
    }

    @Test
    void recordsThatWouldMakeItAnotherArchiveAreRefused() {
        assertThatThrownBy(() -> read(tar(global("size", "0"), file("b/a", "x"))))
                .hasMessageContaining("global pax record");
        assertThatThrownBy(() -> read(tar(global("path", "b/c"), file("b/a", "x"))))
                .hasMessageContaining("global pax record");
        byte[] sparse = file("b/a", "1\n0\n1\n" + "\0".repeat(506) + "x"); // a map of one part, and the part
        assertThatThrownBy(() -> read(tar(pax("GNU.sparse.realsize", "9"), sparse)))
                .hasMessageContaining("sparse files are refused");
        for (String key : List.of("GNU.sparse.size", "GNU.sparse.offset")) {
            assertThatThrownBy(() -> read(tar(pax(key, "1"), file("b/a", "x"))))
                    .hasMessageContaining("sparse files are refused");
        }
        assertThatThrownBy(() -> read(tar(pax("GNU.sparse.map", "0,1"), file("b/a", "x"))))
                .hasMessageContaining("sparse files are refused");
        assertThatThrownBy(() -> read(tar(pax("size", "-1"), file("b/a", "x")))).hasMessageContaining("negative");
        assertThatThrownBy(() -> read(tar(pax("size", "9".repeat(17)), file("b/a", "x"))))
                .hasMessageContaining("at most");
    }

    /** Readers differ on whether a folder has a body: some would take its bytes for members, others would pass them. */
    @Test
    void foldersWithABodyAreRefused() {
        byte[] inner = file("b/inner", "x");
        for (char type : new char[] {'0', '5'}) {
            assertThatThrownBy(() -> read(tar(member("b/a/", type, inner.length, inner), file("b/c", "y"))))
                    .hasMessageContaining("a folder that states a size");
        }
        assertThatThrownBy(() -> read(tar(pax("path", "b/a/"), member("b/a", '0', inner.length, inner))))
                .hasMessageContaining("a folder that states a size");
        assertThatThrownBy(() -> read(tar(member("b/a/", 'L', inner.length, inner), file("b/c", "y"))))
                .hasMessageContaining("the name of a folder");
    }

    @Test
    void manyMetadataRecordsInARowAreRefused() {
        byte[][] records = new byte[3_000][];
        Arrays.fill(records, pax("comment", "x"));
        assertThatThrownBy(() -> read(tar(records))).hasMessageContaining("metadata records");
    }

    @Test
    void checksumOfAHeaderIsCompared() {
        byte[] tar = tar(file("b/a", "x"));
        tar[3] ^= 1;
        assertThatThrownBy(() -> read(tar)).hasMessageContaining("checksum");
    }

    @Test
    void endMarkAndWhatFollowsIt() throws IOException {
        byte[] whole = tar(file("b/a", "x"));
        assertThat(end(whole)).isEqualTo("mark");
        assertThat(end(Arrays.copyOf(whole, 1024))).isEqualTo("no mark");
        assertThat(end(Arrays.copyOf(whole, whole.length + 9_000))).isEqualTo("mark");
        byte[] twice = Arrays.copyOf(whole, 2 * whole.length);
        System.arraycopy(whole, 0, twice, whole.length, whole.length);
        assertThat(end(twice)).isEqualTo("mark, more");
    }

    private static String end(byte[] tar) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(tar), Limits.DEFAULT);
        while (reader.next().isPresent()) {
            // only the end matters
        }
        return (reader.hasEndMark() ? "mark" : "no mark") + (reader.hasMore() ? ", more" : "");
    }

    @Test
    void cutAnywhereIsNoticedButBetweenMembers() throws IOException {
        byte[] whole = tar(file("b/a", "x"), file("b/c", "y"));
        for (int length = 0; length <= 2048; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (length % 1024 == 0) {
                assertThat(read(cut)).hasSize(length / 1024);
            } else {
                assertThatThrownBy(() -> read(cut)).as("cut at %d", length).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void changedBytesEndInNothingButAnIOException() {
        SplittableRandom random = new SplittableRandom(20261130);
        byte[] whole = tar(
                pax("path", "b/long"),
                file("b/a", "x"),
                member("L", 'L', 3, new byte[] {'b', '/', 'q'}),
                file("b/c", "y"));
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                read(changed);
            } catch (IOException e) {
                assertThat(e).as("case %d", i).hasMessageNotContaining("null");
            }
        }
    }

    private static byte[] pax(String key, String value) {
        return records('x', key, value);
    }

    private static byte[] global(String key, String value) {
        return records('g', key, value);
    }

    private static byte[] records(char type, String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int length = rest.length() + 1;
        while (String.valueOf(length).length() + rest.length() != length) {
            length++;
        }
        byte[] body = (length + rest).getBytes(StandardCharsets.UTF_8);
        return member("pax", type, body.length, body);
    }

    private static List<String> read(byte[] tar) throws IOException {
        List<String> members = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar), Limits.DEFAULT);
        for (Optional<TarReader.Entry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            byte[] body = entry.get().body().readAllBytes();
            members.add(entry.get().name() + " " + new String(body, StandardCharsets.ISO_8859_1));
        }
        return members;
    }

    private static List<String> readByCommons(byte[] tar) throws IOException {
        List<String> members = new ArrayList<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                members.add(entry.getName() + " " + new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return members;
    }
}
