package io.ghostmap.report;

import io.ghostmap.text.Text;

/** Sentences for the terminal, each on lines of its own. */
final class TextLines {
    private final StringBuilder out = new StringBuilder();

    /** Wraps to the width of a table, and indents the lines after the first. */
    void line(Text text) {
        TextTable.paragraph(out, text.plain());
    }

    void table(TextTable table) {
        out.append(table.render());
    }

    /** Adds a blank line, except at the beginning. */
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
