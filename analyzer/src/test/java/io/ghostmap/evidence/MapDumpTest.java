package io.ghostmap.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.ghostmap.support.Gaps;
import io.ghostmap.text.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The shapes that bpftool gives to a map's entries (4.19 to 7.7), and what remains of a dump that is not whole. */
final class MapDumpTest {
    private static final String ROW = "{\"key\":[\"0xac\",\"0x11\"],\"value\":[\"0x00\",\"0x00\",\"0x98\"]}";

    @Test
    void plainRows() {
        MapDump dump = Reading.dump("[" + ROW + "," + ROW + "]\n");

        assertThat(dump.count()).isEqualTo(2);
        assertThat(dump.damage()).isEmpty();
        assertThat(dump.key(1)).containsExactly(0xac, 0x11);
        assertThat(dump.value(1)).containsExactly(0, 0, 0x98);
        assertThat(dump.cite(0).locator()).isEqualTo("key ac 11");
        assertThat(dump.cite(0).quote()).isEqualTo("value 00 00 98");
    }

    @Test
    void bytesAreTakenFromTheHexAndNeverFromTheFormattedForm() {
        MapDump dump = Reading.dump(
                "[{\"key\":[\"0x0a\"],\"value\":[\"0x02\"],\"formatted\":{\"key\":{\"\":{\"x\":1},\"\":{\"y\":2}},"
                        + "\"value\":[9,9]}}]");

        assertThat(dump.key(0)).containsExactly(0x0a);
        assertThat(dump.value(0)).containsExactly(2);
    }

    @Test
    void entryThatVanishedIsCountedAndLeftOut() {
        MapDump dump = Reading.dump(
                "[{\"key\":[\"0xac\",\"0x11\"],\"value\":{\"error\":\"No such file or directory\"}}," + ROW + "]");

        assertThat(dump.count()).isEqualTo(1);
        assertThat(dump.vanished()).isEqualTo(1);
        assertThat(dump.damage()).isEmpty();
    }

    @Test
    void trap13PerCpuRowHoldsTheValueOfEveryCpu() {
        MapDump dump = Reading.dump(
                "[{\"key\":[\"0x01\"],\"values\":[{\"cpu\":0,\"value\":[\"0x01\",\"0x02\"]},"
                        + "{\"cpu\":1,\"value\":[\"0x03\",\"0x04\"]}],\"formatted\":{\"key\":1,\"values\":[{\"cpu\":0,\"value\":513}]}}]");

        assertThat(dump.count()).isEqualTo(1);
        assertThat(dump.cpus()).isEqualTo(2);
        assertThat(dump.valueBytes()).isEqualTo(2);
        assertThat(dump.value(0)).containsExactly(1, 2, 3, 4);
        assertThat(dump.damage()).isEmpty();
    }

    private static final RowFilter KEYS_OF_SEVEN = new RowFilter() {
        @Override
        public boolean concerns(int keyBytes) {
            return keyBytes == 1;
        }

        @Override
        public boolean keeps(byte[] bytes, int key, int keyBytes) {
            return bytes[key] == 7;
        }
    };

    @Test
    void filteredRowsAreCountedAndOnlyTheFirstAndTheWantedOnesKept() {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            json.append(i == 0 ? "[" : ",").append("{\"key\":[\"0x%02x\"],\"value\":[\"0x07\"]}".formatted(i & 0xff));
        }

        for (String end : List.of("]\n", ",{\"key\":[\"0x0")) { // the second goes to the JSON parser
            MapDump dump = MapDumpReader.read(27, "f", text(json + end), KEYS_OF_SEVEN);

            assertThat(dump.count()).isEqualTo(1_000);
            assertThat(dump.kept()).isEqualTo(1 + 4);
            assertThat(dump.key(0)).containsExactly(0);
            assertThat(dump.value(0)).containsExactly(7);
            assertThat(dump.key(4)).containsExactly(7);
            assertThatThrownBy(() -> dump.key(5)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> dump.value(999)).hasMessage("row 999 of f was counted, not kept");
            assertThat(dump.damage().isPresent()).isEqualTo(!end.equals("]\n"));
        }
    }

    @Test
    void errorObjectInsteadOfEntries() {
        MapDump dump = Reading.dump("{\"error\":\"can\\'t get map by id (27): No such file or directory\"}");

        assertThat(dump.damage().map(Text::plain))
                .hasValueSatisfying(reason -> assertThat(reason).contains("can't get map by id"));
    }

    @Test
    void emptyFileAndEmptyMapAreNotTheSame() {
        assertThat(Reading.dump("").damage().map(Text::plain)).contains("empty");
        assertThat(Reading.dump("[]\n").damage()).isEmpty();
        assertThat(Reading.dump("null\n").damage().map(Text::plain)).contains("not a list of entries");
    }

    @Test
    void compressedDumpIsReadAsThePlainOne() throws IOException {
        byte[] json = ("[" + ROW + "," + ROW + "]\n").getBytes(StandardCharsets.UTF_8);

        for (String file : List.of("bpf/map-dumps/27.json.gz", "bpf/map-dumps/27.json.zst")) {
            byte[] packed = file.endsWith(".gz") ? gzip(json) : Zstd.compress(json);
            MapDump dump =
                    new Reading().file(file, packed).evidence().bpf().dump(27).orElseThrow();

            assertThat(dump.count()).as(file).isEqualTo(2);
            assertThat(dump.damage()).as(file).isEmpty();
            assertThat(dump.cite(0).file()).isEqualTo(file);
        }
    }

    @Test
    void compressedDumpThatIsCutIsNamedUnlessItsRowsAreThere() throws IOException {
        byte[] packed = gzip(("[" + ROW + "," + ROW + "]\n").getBytes(StandardCharsets.UTF_8));

        for (int length = 0; length < packed.length; length++) {
            MapDump dump = new Reading()
                    .file("bpf/map-dumps/27.json.gz", Arrays.copyOf(packed, length))
                    .evidence()
                    .bpf()
                    .dump(27)
                    .orElseThrow();

            assertThat(dump.count() == 2 || dump.damage().isPresent())
                    .as("cut at %d", length)
                    .isTrue();
        }
    }

    @Test
    void unpackingEndsAtItsLimit() throws IOException {
        BoundedStream endless = new BoundedStream(new SequenceInputStream(text("["), blanks()), 1 << 20);

        assertThat(MapDumpReader.read(27, "bpf/map-dumps/27.json.gz", endless, RowFilter.ALL)
                        .damage()
                        .map(Text::plain))
                .contains("ends early, after 0 entries");
        assertThat(endless.count()).isLessThan(2 << 20);
    }

    @Test
    void secondDumpOfAMapIsNamedAndNotRead() throws IOException {
        Evidence evidence = new Reading()
                .file("bpf/map-dumps/27.json", "[]\n".getBytes(StandardCharsets.UTF_8))
                .file("bpf/map-dumps/27.json.gz", gzip(("[" + ROW + "]\n").getBytes(StandardCharsets.UTF_8)))
                .evidence();

        assertThat(evidence.bpf().dump(27).orElseThrow().count()).isZero();
        assertThat(Gaps.lines(evidence.gaps()))
                .anyMatch(line -> line.startsWith("bpf/map-dumps/27.json: a second dump"));
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream blanks() {
        return new InputStream() {
            @Override
            public int read() {
                return ' ';
            }
        };
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    @Test
    void cutAtEveryByteKeepsTheWholeEntries() {
        byte[] whole = ("[" + ROW + "," + ROW + "," + ROW + "]\n").getBytes(StandardCharsets.UTF_8);
        for (int length = 1; length < whole.length - 1; length++) {
            MapDump dump = new Reading()
                    .file("bpf/map-dumps/27.json", Arrays.copyOf(whole, length))
                    .evidence()
                    .bpf()
                    .dump(27)
                    .orElseThrow();
            int closed =
                    (length - 1) / (ROW.length() + 1) + ((length - 1) % (ROW.length() + 1) >= ROW.length() ? 1 : 0);
            assertThat(dump.count()).as("cut at %d", length).isEqualTo(closed);
            assertThat(dump.damage()).as("cut at %d", length).isPresent();
        }
    }

    @Test
    void rowsOfAnotherSizeAreNamed() {
        MapDump dump = Reading.dump(
                "[" + ROW + ",{\"key\":[\"0x01\"],\"value\":[\"0x01\"]},{\"key\":[\"1\",\"2\"],\"value\":[]},7]");

        assertThat(dump.count()).isEqualTo(1);
        assertThat(dump.damage().map(Text::plain))
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("3 entries"));
    }

    @Test
    void damagedTextNeverThrows() {
        long seed = 99;
        SplittableRandom random = new SplittableRandom(seed);
        byte[] whole = ("[" + ROW + "," + ROW + "]").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            MapDump dump = new Reading()
                    .file("bpf/map-dumps/27.json", bytes)
                    .evidence()
                    .bpf()
                    .dump(27)
                    .orElseThrow();
            for (int row = 0; row < dump.count(); row++) {
                assertThat(dump.key(row)).as("seed %d, case %d", seed, i).hasSize(dump.keyBytes());
            }
        }
    }

    /** A megabyte holds 10,485 rows of this size: behind the first piece, and a row that is taken back at its very end. */
    @Test
    void rowsOfALargeDumpAreAllInTheirPlaces() {
        int rows = 33_000;
        int value = 96;
        for (int odd : List.of(rows, 0, 10_484, 10_485, 10_486)) {
            StringBuilder json = new StringBuilder("[");
            for (int row = 0; row < rows; row++) {
                json.append(row == 0 ? "" : ",").append("{\"key\":[");
                hex(json, row, 4);
                json.append("],\"value\":[");
                hex(json, row ^ 0x5a5a5a5a, value);
                json.append(row == odd ? ",\"0xzz\"]}" : "]}");
            }
            MapDump dump = Reading.dump(json.append("]\n").toString());

            assertThat(dump.count()).isEqualTo(odd < rows ? rows - 1 : rows);
            assertThat(dump.damage().isPresent()).isEqualTo(odd < rows);
            for (int row = 0; row < dump.count(); row++) {
                int written = row < odd ? row : row + 1;
                ByteBuffer bytes = ByteBuffer.wrap(dump.value(row));
                if (ByteBuffer.wrap(dump.key(row)).getInt() != written
                        || bytes.getInt() != (written ^ 0x5a5a5a5a)
                        || bytes.getInt(value - 4) != 0) {
                    assertThat(dump.cite(row))
                            .as("row %d, odd row %d", row, odd)
                            .isNull();
                }
            }
        }
    }

    /** {@code number} in the first four bytes, zeros behind it. */
    private static void hex(StringBuilder json, int number, int bytes) {
        for (int i = 0; i < bytes; i++) {
            int octet = i < 4 ? number >>> (24 - 8 * i) & 0xff : 0;
            json.append(i == 0 ? "\"0x" : ",\"0x")
                    .append(Character.forDigit(octet >> 4, 16))
                    .append(Character.forDigit(octet & 0xf, 16))
                    .append('"');
        }
    }
}
