package io.ghostmap.report;

import io.ghostmap.diagnosis.CatalogEntry;
import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.diagnosis.manual.Reference;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Locale;

/** The catalog as a page in Markdown, from the texts that {@code ghostmap rules} prints. */
public final class RulesPage {
    private RulesPage() {}

    public static String render(List<CatalogEntry> catalog) {
        StringBuilder out = new StringBuilder();
        out.append("# What Ghostmap finds\n\n")
                .append(
                        "Generated from the catalog of rules, which `ghostmap rules` prints as well. A rule that lacks what it")
                .append(" needs does not run, and the report says so.\n\n")
                .append("| rule | what it finds | severity | needs |\n| --- | --- | --- | --- |\n");
        catalog.forEach(rule -> row(out, rule));
        catalog.forEach(rule -> section(out, rule));
        return out.toString();
    }

    private static void row(StringBuilder out, CatalogEntry rule) {
        out.append("| [")
                .append(rule.id())
                .append("](#")
                .append(rule.id().toLowerCase(Locale.ROOT))
                .append(") | ")
                .append(MarkdownText.text(rule.title()))
                .append(" | ")
                .append(RuleWords.severities(rule))
                .append(" | ")
                .append(MarkdownText.text(RuleWords.needs(rule)))
                .append(" |\n");
    }

    private static void section(StringBuilder out, CatalogEntry rule) {
        Manual manual = rule.manual();
        out.append("\n## ").append(rule.id()).append("\n\n");
        out.append("**").append(MarkdownText.text(rule.title())).append("** (");
        out.append(RuleWords.severities(rule)).append(")\n");
        part(out, "How it is reported", manual.reported());
        part(out, "Mechanism", manual.mechanism());
        part(out, "Proof", manual.proof());
        out.append("\n*Guards:*\n\n");
        manual.guards()
                .forEach(guard ->
                        out.append("- ").append(MarkdownText.text(guard)).append('\n'));
        if (!manual.references().isEmpty()) {
            out.append("\n*Public references:*\n\n");
            manual.references().forEach(reference -> reference(out, reference));
        }
    }

    private static void part(StringBuilder out, String heading, Text body) {
        out.append("\n*")
                .append(heading)
                .append(":* ")
                .append(MarkdownText.text(body))
                .append('\n');
    }

    private static void reference(StringBuilder out, Reference reference) {
        out.append("- [")
                .append(reference.label())
                .append("](")
                .append(reference.url())
                .append(')');
        if (!reference.about().isEmpty()) {
            out.append(": ").append(MarkdownText.text(reference.about()));
        }
        out.append('\n');
    }
}
