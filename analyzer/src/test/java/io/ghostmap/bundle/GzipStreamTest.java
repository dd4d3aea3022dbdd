package io.ghostmap.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghostmap.support.Archives;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** All parts of a gzip file are read; what breaks, or follows them, never passes for its end. */
final class GzipStreamTest {
    private static final byte[] ONE = Archives.gzip("the first part, ".getBytes(StandardCharsets.UTF_8));
    private static final byte[] TWO = Archives.gzip("and the second".getBytes(StandardCharsets.UTF_8));
    private static final String BOTH = "the first part, and the second";

    @Test
    void partsAreReadOneAfterTheOther() throws IOException {
        assertThat(text(join(ONE, TWO))).isEqualTo(BOTH);
        assertThat(text(join(ONE, Archives.gzip(new byte[0]), TWO, new byte[700])))
                .isEqualTo(BOTH);
    }

    /** One flipped bit in the magic of the second part, which the JDK's stream takes for the end of the file. */
    @Test
    void laterPartWithADamagedHeaderIsNotTheEnd() throws IOException {
        for (int bit = 0; bit < 8 * 3; bit++) { // magic and method
            byte[] bytes = join(ONE, TWO);
            bytes[ONE.length + bit / 8] ^= (byte) (1 << bit % 8);
            byte[] damaged = bytes;
            assertThatThrownBy(() -> text(damaged)).as("bit %d", bit).isInstanceOf(TrailingBytesException.class);
        }
        byte[] reference = join(ONE, TWO);
        reference[ONE.length] ^= 1;
        try (GZIPInputStream jdk = new GZIPInputStream(new ByteArrayInputStream(reference))) {
            assertThat(new String(jdk.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("the first part, ");
        }
    }

    @Test
    void otherBytesAfterTheLastPartAreNamed() {
        assertThatThrownBy(() -> text(join(ONE, TWO, "left".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(TrailingBytesException.class);
        assertThatThrownBy(() -> text(join(ONE, new byte[9], new byte[] {7})))
                .isInstanceOf(TrailingBytesException.class);
    }

    /** The library's own failure would take with it what it had unpacked in the same call. */
    @Test
    void partsBeforeADamagedOneAreRead() throws IOException {
        byte[] bytes = join(ONE, TWO);
        bytes[ONE.length + 1] ^= 1;
        byte[] buffer = new byte[100];
        try (GzipStream in = new GzipStream(new ByteArrayInputStream(bytes))) {
            int read = in.read(buffer);
            assertThat(new String(buffer, 0, read, StandardCharsets.UTF_8)).isEqualTo("the first part, ");
            assertThatThrownBy(() -> in.read(buffer)).isInstanceOf(TrailingBytesException.class);
            assertThatThrownBy(() -> in.read(buffer)).isInstanceOf(TrailingBytesException.class);
        }
    }

    @Test
    void cutAnywhereIsNoEndButBetweenParts() throws IOException {
        byte[] whole = join(ONE, TWO);
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (length == ONE.length) {
                assertThat(text(cut)).isEqualTo("the first part, ");
            } else {
                assertThatThrownBy(() -> text(cut)).as("cut at %d", length).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void anyChangedByteIsNoticedUnlessItSaysNothing() {
        byte[] whole = join(ONE, TWO);
        SplittableRandom random = new SplittableRandom(20261130);
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(text(changed)).as("case %d", i).isEqualTo(BOTH); // a time stamp, say
            } catch (IOException e) {
                assertThat(e).as("case %d", i).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void emptyPartsWithoutEndAreRefused() {
        byte[] empty = Archives.gzip(new byte[0]);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            many.writeBytes(empty);
        }
        assertThatThrownBy(() -> text(many.toByteArray()))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("empty gzip parts");
    }

    @Test
    void headerWithoutEndIsRefused() {
        byte[] header = Arrays.copyOf(ONE, 10);
        header[3] = 1 << 3; // a name follows
        byte[] name = new byte[1 << 20];
        Arrays.fill(name, (byte) 'n');
        assertThatThrownBy(() -> text(join(header, name)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("gzip header");
    }

    private static String text(byte[] gzip) throws IOException {
        try (GzipStream in = new GzipStream(new InPieces(gzip))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Everything crosses the end of a piece. */
    private static final class InPieces extends FilterInputStream {
        InPieces(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return super.read(buffer, offset, Math.min(length, 7));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
