package io.ghostmap.report;

import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * What the HTML template is given: a part for each section of the page, in which everything is decided.
 *
 * @param path empty when nothing was replayed
 * @param headline the finding that decides the verdict, if it has a remedy
 * @param style the style sheet, and its digest for the content security policy
 */
record Page(
        PageHead head,
        Optional<PathDrawing> path,
        Optional<FindingSection> headline,
        DestinationTable destinations,
        ServiceTable services,
        LayersTable layers,
        HookTable hooks,
        List<FindingSection> findings,
        GenerationTable generations,
        List<Gap> losses,
        List<Skipped> skipped,
        Foot foot,
        String style,
        String styleDigest) {

    record Foot(String analyzer, String version, String collector, Optional<String> sha256, String schema) {}

    static Page of(ReportModel model, Anchors anchors, String style, String styleDigest) {
        List<FindingSection> findings = FindingSection.of(model);
        return new Page(
                PageHead.of(model),
                ConnectionPath.of(model).map(PathDrawing::of),
                findings.stream()
                        .filter(finding ->
                                finding.headline() && !finding.remedy().isEmpty())
                        .findFirst(),
                DestinationTable.of(model, anchors),
                ServiceTable.of(model, anchors),
                LayersTable.of(model),
                HookTable.of(model, anchors),
                findings,
                GenerationTable.of(model, anchors),
                model.diagnosis().losses(),
                model.diagnosis().skipped().stream()
                        .map(skipped -> new Skipped(skipped.rule().id(), skipped.lacking()))
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
    record Skipped(String rule, Text lacking) {}
}
