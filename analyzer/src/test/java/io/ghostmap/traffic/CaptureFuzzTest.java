package io.ghostmap.traffic;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz targets. In {@code mvn verify} each takes the inputs committed for it; with {@code JAZZER_FUZZ=1} Jazzer searches
 * on, guided by coverage (the command stands in {@code analyzer/src/test/README.md}). What it finds is made as small as
 * it goes and joins the inputs.
 */
final class CaptureFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] bytes) {
        HostileRun.of(bytes);
    }

    /** The first byte tells where the rest is torn into two files. */
    @FuzzTest(maxDuration = "10m")
    void twoFiles(byte[] bytes) {
        if (bytes.length < 2) {
            return;
        }
        int tear = 1 + (bytes.length - 1) * (bytes[0] & 0xff) / 256;
        byte[] first = Arrays.copyOfRange(bytes, 1, tear);
        byte[] second = Arrays.copyOfRange(bytes, tear, bytes.length);
        HostileRun.of(List.of(first, second));
        HostileRun.of(List.of(second, first));
    }
}
