package io.ghostmap.report;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.stream.Collectors;

/** The blocks of a Markdown text. It escapes everything that it is given. */
final class MarkdownLines {
    private final StringBuilder out = new StringBuilder();

    void title(Text text) {
        line("# " + MarkdownText.text(text));
    }

    /** Of a section. */
    void heading(Text text) {
        block("## " + MarkdownText.text(text));
    }

    void paragraph(Text text) {
        block(MarkdownText.text(text));
    }

    /** A list has a blank line ahead of it, not between its items. */
    void items(List<Text> texts) {
        if (!texts.isEmpty()) {
            blank();
            texts.forEach(text -> line("- " + MarkdownText.text(text)));
        }
    }

    /** Columns of numbers are aligned to the right. */
    void table(List<Text> head, List<Boolean> numbers, List<List<Text>> rows) {
        blank();
        row(head.stream().map(MarkdownText::text).toList());
        row(numbers.stream().map(number -> number ? "---:" : "---").toList());
        rows.forEach(row -> row(row.stream().map(MarkdownText::text).toList()));
    }

    private void row(List<String> cells) {
        line(cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
    }

    void command(Text text) {
        block("```");
        line(text.plain().replace("```", ""));
        line("```");
    }

    /** How many of a list were left out, if any were; {@code noun} is what they are. */
    void more(int number, Text noun) {
        if (number > 0) {
            paragraph(Text.of("{} more {} are in the JSON form.", Term.number(number), noun));
        }
    }

    private void block(String text) {
        blank();
        line(text);
    }

    private void blank() {
        out.append('\n');
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
