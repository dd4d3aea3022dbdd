package io.ghostmap.report;

import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.diagnosis.Finding;
import java.util.List;
import java.util.Optional;

/**
 * What the HTML template is given: a part for each section of the page, in which everything is decided.
 *
 * @param path empty when nothing was replayed
 * @param headline the finding that the verdict rests on, if it has a remedy
 * @param style the style sheet, and its digest for the content security policy
 */
record Page(
        PageHead head,
        Optional<PathDrawing> path,
        Optional<Finding> headline,
        DestinationTable destinations,
        ServiceTable services,
        HookTable hooks,
        List<FindingSection> findings,
        GenerationTable generations,
        List<Gap> losses,
        List<Skipped> skipped,
        Foot foot,
        String style,
        String styleDigest) {

    record Foot(String analyzer, String version, String collector, Optional<String> sha256, String schema) {}

    static Page of(ReportModel model, String style, String styleDigest) {
        return new Page(
                PageHead.of(model),
                ConnectionPath.of(model).map(PathDrawing::of),
                model.headline().filter(finding -> !finding.remedy().isEmpty()),
                DestinationTable.of(model),
                ServiceTable.of(model),
                HookTable.of(model),
                FindingSection.of(model),
                GenerationTable.of(model),
                model.diagnosis().losses(),
                model.diagnosis().skipped().stream()
                        .map(skipped -> new Skipped(
                                skipped.rule().id(), skipped.lacking().plain()))
                        .toList(),
                new Foot(
                        Words.ANALYZER,
                        model.analyzerVersion(),
                        model.incident()
                                .bundle()
                                .manifest()
                                .map(Manifest::collector)
                                .orElse(""),
                        model.incident().bundle().sha256(),
                        Report.SCHEMA),
                style,
                styleDigest);
    }

    /** A rule that could not run, and what it lacked. */
    record Skipped(String rule, String lacking) {}
}
