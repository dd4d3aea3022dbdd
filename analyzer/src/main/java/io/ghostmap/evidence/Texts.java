package io.ghostmap.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Plain texts of a bundle. Bytes that are no UTF-8 become the replacement character. */
final class Texts {
    /** Longer texts are read up to here; the collector's own bound is lower. */
    private static final int LONGEST = 16 << 20;

    private Texts() {}

    static List<String> lines(InputStream in) throws IOException {
        return new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    static String firstLine(InputStream in) throws IOException {
        List<String> lines = lines(in);
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    /** Rows of a tab-separated table of {@code columns} columns; the header starts with {@code #}, others are skipped. */
    static List<String[]> table(InputStream in, int columns) throws IOException {
        return lines(in).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .filter(cells -> cells.length == columns)
                .toList();
    }
}
