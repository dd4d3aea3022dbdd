package io.ghostmap.report;

import io.ghostmap.diagnosis.CatalogEntry;
import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.diagnosis.manual.Reference;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** What {@code ghostmap rules} prints: the catalog as a table, or one rule in full. */
public final class RulesText {
    private RulesText() {}

    public static String render(List<CatalogEntry> catalog) {
        TextTable table = new TextTable("RULE", "SEVERITY", "WHAT IT FINDS, AND WHAT IT NEEDS");
        for (CatalogEntry rule : catalog) {
            table.row(rule.id(), RuleWords.severities(rule), rule.title());
            table.row("", "", Text.of("  needs {}", RuleWords.needs(rule)));
        }
        return table.render();
    }

    public static String render(CatalogEntry rule) {
        Manual manual = rule.manual();
        TextLines out = new TextLines();
        out.line(Text.of("{}: {}", Term.word(rule.id()), rule.title()));
        out.line(Text.of("severity: {}", Term.word(RuleWords.severities(rule))));
        out.line(Text.of("needs: {}", RuleWords.needs(rule)));
        part(out, Text.of("How it is reported"), manual.reported());
        part(out, Text.of("Mechanism"), manual.mechanism());
        part(out, Text.of("Proof"), manual.proof());
        out.gap();
        out.line(Text.of("Guards"));
        manual.guards().forEach(guard -> out.line(Text.of("- {}", guard)));
        if (!manual.references().isEmpty()) {
            out.gap();
            out.line(Text.of("Public references"));
            manual.references().forEach(reference -> out.line(reference(reference)));
        }
        return out.toString();
    }

    private static void part(TextLines out, Text heading, Text body) {
        out.gap();
        out.line(heading);
        out.line(body);
    }

    private static Text reference(Reference reference) {
        Text where = Text.of("- {}", Term.word(reference.url()));
        return reference.about().isEmpty() ? where : where.then(": {}", reference.about());
    }
}
