package io.ghostmap.diagnosis;

import io.ghostmap.text.Text;
import java.util.List;

/** A rule that could not run, and what it lacked. Not the same as one that found nothing. */
public record SkippedRule(CatalogEntry rule, List<Requirement> missing) {
    /** What the bundle would have to hold. */
    public Text lacking() {
        return Text.join(" and ", missing.stream().map(Requirement::artifacts).toList());
    }
}
