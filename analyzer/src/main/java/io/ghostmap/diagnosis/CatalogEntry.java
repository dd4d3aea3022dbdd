package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.text.Text;
import java.util.Set;

/**
 * What the catalog says of a rule, whatever the bundle.
 *
 * @param id such as {@code SLB-01}
 * @param requires evidence without which the rule does not run
 * @param worst how bad its findings can be
 * @param mildest how harmless they can be
 * @param manual what there is to know about it
 */
public record CatalogEntry(
        String id, Kind kind, Text title, Set<Requirement> requires, Severity worst, Severity mildest, Manual manual) {
    /** What the findings of a rule are about. */
    public enum Kind {
        /** Something on the node. */
        NODE,
        /** What the evidence cannot show, so that it says nothing about the node. */
        EVIDENCE
    }

    public CatalogEntry {
        requires = Set.copyOf(requires);
    }

    boolean isOfTheNode() {
        return kind == Kind.NODE;
    }

    boolean allows(Severity severity) {
        return worst.atLeast(severity) && severity.atLeast(mildest);
    }
}
