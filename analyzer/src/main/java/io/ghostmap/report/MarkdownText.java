package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.stream.Collectors;

/**
 * Escapes for Markdown as GitHub, GitLab and Jira's converter read it. A value of an untrusted bundle can be anything:
 * it must not become markup, HTML, a mention or a reference to an issue.
 */
final class MarkdownText {
    private static final String SPECIAL = "\\`*[]<>#|~&@";

    private MarkdownText() {}

    /** Text between other words. */
    static String plain(String text) {
        String visible = Printable.whole(text);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            if (SPECIAL.indexOf(c) >= 0 || (c == '_' && !isInsideWord(visible, i))) {
                out.append('\\');
            }
            out.append(c);
            if (c == '@' || c == '#') {
                out.append('\u200b'); // no mention of a person, no link to an issue
            }
        }
        return out.toString();
    }

    /** Words escaped, terms as code spans if HTML shows them in monospace; ids are digits and stay plain. */
    static String text(Text text) {
        return text.fragments().stream()
                .map(fragment -> fragment instanceof Text.Fragment.Words words
                        ? plain(words.words())
                        : term(((Text.Fragment.Data) fragment).term()))
                .collect(Collectors.joining());
    }

    static String term(Term term) {
        return TermFace.isMonospace(term) && !TermFace.isId(term) ? code(term.plain()) : plain(term.plain());
    }

    /** An underscore between letters or digits is not markup, and reads better without a backslash. */
    private static boolean isInsideWord(String text, int at) {
        return at > 0
                && at + 1 < text.length()
                && Character.isLetterOrDigit(text.charAt(at - 1))
                && Character.isLetterOrDigit(text.charAt(at + 1));
    }

    /** A code span, also inside a table cell; backticks in the value cannot close it. */
    static String code(String text) {
        String visible = Printable.whole(text).replace('`', '\'').replace("|", "¦");
        return visible.isEmpty() ? "" : "`" + visible + "`";
    }
}
