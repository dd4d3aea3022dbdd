package io.ghostmap.report;

import io.ghostmap.diagnosis.Finding;
import java.util.List;

/**
 * A finding on the page.
 *
 * @param headline whether the verdict rests on it: then what to do comes at the top of the page
 * @param first whether its evidence is shown without being asked for
 */
record FindingSection(Finding finding, Tag severity, String confidence, boolean headline, boolean first) {

    static List<FindingSection> of(ReportModel model) {
        List<Finding> findings = model.diagnosis().findings();
        return findings.stream()
                .map(finding -> new FindingSection(
                        finding,
                        new Tag(Words.lower(finding.severity()), Words.lower(finding.severity())),
                        Words.lower(finding.confidence()),
                        model.isHeadline(finding),
                        finding.equals(findings.get(0))))
                .toList();
    }
}
