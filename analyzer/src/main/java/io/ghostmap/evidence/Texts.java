package io.ghostmap.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Plain texts of a bundle. Bytes that are not UTF-8 become the replacement character. */
final class Texts {
    /** The rules of kube-proxy for 20,000 services take 15 MB. */
    static final int MAX_BYTES = 64 << 20;

    private Texts() {}

    /** {@code cut}: whether there is more than is read. */
    record Reading(List<String> lines, boolean cut) {}

    static Reading read(InputStream in) throws IOException {
        String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        return new Reading(text.lines().toList(), in.read() >= 0);
    }

    /**
     * Rows of a tab-separated table of {@code columns} columns. The header starts with {@code #}; it, and rows with other
     * columns or a cell longer than any path, are skipped.
     */
    static List<String[]> table(List<String> lines, int columns) {
        return lines.stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .filter(cells -> cells.length == columns)
                .filter(cells -> Arrays.stream(cells).allMatch(cell -> cell.length() <= ListRow.MAX_TEXT))
                .toList();
    }
}
