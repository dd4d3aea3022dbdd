package io.ghostmap.report;

import io.ghostmap.diagnosis.CatalogEntry;
import io.ghostmap.diagnosis.Requirement;
import io.ghostmap.text.Text;

/** What every form of the catalog says of a rule in the same words. */
final class RuleWords {
    private RuleWords() {}

    /** {@code warning}, or {@code critical to info}. */
    static String severities(CatalogEntry rule) {
        String worst = Words.lower(rule.worst());
        return rule.worst() == rule.mildest() ? worst : worst + " to " + Words.lower(rule.mildest());
    }

    /** The artifacts without which it does not run. */
    static Text needs(CatalogEntry rule) {
        return Text.join(
                "; ",
                rule.requires().stream().sorted().map(Requirement::artifacts).toList());
    }
}
