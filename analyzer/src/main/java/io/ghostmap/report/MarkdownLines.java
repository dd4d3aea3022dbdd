package io.ghostmap.report;

/** The lines of a Markdown text. Whatever comes from a bundle has been through {@link MarkdownText} before. */
final class MarkdownLines {
    private final StringBuilder out = new StringBuilder();

    void line(String text) {
        out.append(text).append('\n');
    }

    void blank() {
        out.append('\n');
    }

    /** Of a section, with a blank line ahead of it. */
    void heading(String text) {
        blank();
        line("## " + text);
    }

    /** How many rows of a table were left out, if any were. */
    void more(int number, String noun) {
        if (number > 0) {
            blank();
            line(number + " more " + noun + " are in the JSON form.");
        }
    }

    String text() {
        return out.toString();
    }
}
