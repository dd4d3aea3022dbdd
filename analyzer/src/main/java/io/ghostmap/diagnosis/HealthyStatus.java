package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.manual.StaleManuals;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;

/**
 * SLB-31: the agent's status calls the agent healthy while programs are stale, on the wrong cgroup, missing or attached twice.
 * It only explains why the status did not show what other rules found.
 *
 * <p>Guard: a finding that is only worth knowing contradicts no status.
 */
final class HealthyStatus {
    static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-31",
            CatalogEntry.Kind.NODE,
            Text.of("the agent's status is healthy although its programs are not"),
            Set.of(Requirement.PROGRAMS),
            Severity.INFO,
            Severity.INFO,
            StaleManuals.HEALTHY_STATUS);

    /** What a status should show, but cannot, because the agent does not ask the kernel for it. */
    private static final Set<String> UNNOTICED = Set.of("SLB-01", "SLB-04", "SLB-05", "SLB-07");

    private HealthyStatus() {}

    /** {@code findings} are those of the other rules. */
    static List<Finding.Draft> beside(Incident incident, List<Finding> others) {
        List<Finding> unnoticed = others.stream()
                .filter(finding -> UNNOTICED.contains(finding.rule().id()))
                .filter(finding -> finding.severity().atLeast(Severity.WARNING))
                .toList();
        return incident.evidence()
                .agent()
                .healthy()
                .filter(status -> !unnoticed.isEmpty())
                .map(status -> List.of(finding(incident, status, unnoticed)))
                .orElse(List.of());
    }

    private static Finding.Draft finding(Incident incident, Citation status, List<Finding> unnoticed) {
        Text rules = Text.and(unnoticed.stream()
                .map(finding -> Term.word(finding.rule().id()))
                .distinct()
                .toList());
        return Finding.draft(ENTRY, Severity.INFO, Confidence.CERTAIN)
                .title(Text.of(
                        "The status of the agent on {} is healthy despite {}", new Names(incident).node(), rules))
                .summary(Text.of(
                        "{} says that the agent is {}. It reports what the agent was configured to do, and does not ask the kernel which"
                                + " programs run.",
                        Term.member(status.file()),
                        Term.quote(status.quote())))
                .explanation(List.of(Text.of(
                        "This is not a cause. It explains why monitoring of the agent's status shows no fault, and is worth"
                                + " reporting to Cilium: a health check would have to compare the programs at the hooks, and their"
                                + " maps, with those of the agent.")))
                .supporting(List.of(status));
    }
}
