package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import java.util.ArrayList;
import java.util.List;

/** A table for the terminal: columns as wide as they need to be, two spaces apart, the last one wrapped to the width. */
final class TextTable {
    /** Fits a terminal, a ticket and a mail. */
    static final int WIDTH = 100;

    private static final int NARROWEST = 20;

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... head) {
        this.head = List.of(head);
    }

    TextTable row(Object... cells) {
        List<String> texts = new ArrayList<>();
        for (Object cell : cells) {
            texts.add(Printable.whole(String.valueOf(cell)));
        }
        rows.add(List.copyOf(texts));
        return this;
    }

    /** Ends in a line break. */
    String render() {
        int[] widths = new int[head.size()];
        widen(widths, head);
        rows.forEach(row -> widen(widths, row));
        StringBuilder out = new StringBuilder();
        print(out, widths, head);
        rows.forEach(row -> print(out, widths, row));
        return out.toString();
    }

    private static void widen(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static void print(StringBuilder out, int[] widths, List<String> cells) {
        StringBuilder line = new StringBuilder();
        int last = widths.length - 1;
        for (int i = 0; i < last; i++) {
            line.append(cells.get(i)).append(" ".repeat(widths[i] - cells.get(i).length() + 2));
        }
        String indent = " ".repeat(line.length());
        int width = Math.max(NARROWEST, WIDTH - line.length());
        for (String part : wrap(cells.get(last), width)) {
            out.append((line + part).stripTrailing()).append('\n');
            line = new StringBuilder(indent);
        }
    }

    /** Text on lines of its own, of which all but the first are indented; control characters are visible. */
    static void paragraph(StringBuilder out, String text) {
        String visible = Printable.whole(text);
        String indent = " ".repeat(visible.length() - visible.stripLeading().length());
        boolean first = true;
        for (String line : wrap(visible.strip(), WIDTH - indent.length() - 2)) {
            out.append(indent).append(first ? "" : "  ").append(line).append('\n');
            first = false;
        }
    }

    /** At spaces if there are any, otherwise not at all: an address is never cut in two. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
