package io.ghostmap.report;

import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.RemedyStep;
import java.util.List;

/**
 * A finding on the page.
 *
 * @param headline whether it decides the verdict: then its remedy is at the top of the page
 * @param first whether its evidence is shown without being asked for
 */
record FindingSection(
        Finding finding, Tag severity, String confidence, List<Step> remedy, boolean headline, boolean first) {

    /** A step of the remedy; commands are copied into a shell, so they have no links. */
    record Step(RemedyStep step, List<String> commands) {
        private static Step of(RemedyStep step) {
            return new Step(
                    step,
                    step.actions().stream()
                            .map(action -> action.command().plain())
                            .toList());
        }
    }

    static List<FindingSection> of(ReportModel model) {
        List<Finding> findings = model.diagnosis().findings();
        return findings.stream()
                .map(finding -> new FindingSection(
                        finding,
                        new Tag(Words.lower(finding.severity()), Words.lower(finding.severity())),
                        Words.lower(finding.confidence()),
                        finding.remedy().stream().map(Step::of).toList(),
                        model.isHeadline(finding),
                        finding.equals(findings.get(0))))
                .toList();
    }
}
