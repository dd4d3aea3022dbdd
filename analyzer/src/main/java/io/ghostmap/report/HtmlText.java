package io.ghostmap.report;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts as HTML: everything is escaped; each term looks as its kind does, and is linked to the entry that lists it. */
final class HtmlText {
    /**
     * Inside an IPv6 address that is long enough, between such an address and its port, and ahead of a folder whose parent
     * is not just a few letters or a number.
     */
    private static final Pattern BREAKS =
            Pattern.compile("(?<=\\[[0-9a-f:]{14,38}:)(?=[0-9a-f])|(?<=\\])(?=:\\d)|(?<=[^0-9/]{4})(?=/)");

    private final Anchors anchors;

    HtmlText(Anchors anchors) {
        this.anchors = anchors;
    }

    VisibleHtml.Markup of(Text text) {
        return markup(text.fragments().stream()
                .map(fragment -> fragment instanceof Text.Fragment.Words words
                        ? escaped(words.words())
                        : html(((Text.Fragment.Data) fragment).term()))
                .collect(Collectors.joining()));
    }

    VisibleHtml.Markup of(Term term) {
        return markup(html(term));
    }

    /** With the id of the entry, if this is the entry that lists it; otherwise linked to that entry. */
    VisibleHtml.Markup of(Anchors.Listed listed) {
        Term term = listed.term();
        return markup(listed.id()
                .map(id -> "<span id=\"" + escaped(id) + "\"" + face(term) + ">" + value(term) + "</span>")
                .orElseGet(() -> html(term)));
    }

    VisibleHtml.Markup of(Anchors.Unlinked unlinked) {
        return markup(unlinked(unlinked.term()));
    }

    private String html(Term term) {
        Optional<String> id = anchors.idOf(term);
        if (id.isEmpty()) {
            return unlinked(term);
        }
        String style = TermFace.isMonospace(term) ? "term mono" : "term";
        return "<a href=\"#" + escaped(id.get()) + "\" class=\"" + style + "\">" + value(term) + "</a>";
    }

    private static String unlinked(Term term) {
        return TermFace.isMonospace(term) ? "<span" + face(term) + ">" + value(term) + "</span>" : value(term);
    }

    private static String face(Term term) {
        return TermFace.isMonospace(term) ? " class=\"mono\"" : "";
    }

    private static String value(Term term) {
        String plain = term.plain();
        return TermFace.isBreakable(term)
                ? BREAKS.splitAsStream(plain).map(HtmlText::escaped).collect(Collectors.joining("<wbr>"))
                : escaped(plain);
    }

    private static String escaped(String text) {
        return VisibleHtml.INSTANCE.escapePlainText(text);
    }

    private static VisibleHtml.Markup markup(String html) {
        return VisibleHtml.INSTANCE.newTemplateMarkupOutputModel(null, html);
    }
}
