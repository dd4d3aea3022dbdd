package io.ghostmap.report;

import io.ghostmap.text.Text;

/** Sentences for the terminal, each on lines of its own. */
final class TextLines {
    private final StringBuilder out = new StringBuilder();

    /** Wrapped to the width of a table, what follows the first line indented a little more than it. */
    void line(Text text) {
        TextTable.paragraph(out, text.plain());
    }

    void table(TextTable table) {
        out.append(table.render());
    }

    /** A blank line, but not at the beginning. */
    void gap() {
        if (!out.isEmpty()) {
            out.append('\n');
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
