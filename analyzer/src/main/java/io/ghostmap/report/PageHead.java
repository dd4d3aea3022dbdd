package io.ghostmap.report;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The top of the page: the verdict, and on what it rests. */
record PageHead(
        String bundle,
        Optional<String> node,
        String severity,
        Tag level,
        Optional<String> finding,
        Text title,
        Text summary,
        String captured,
        String replayed,
        String kernel,
        List<String> standIns) {

    static PageHead of(ReportModel model) {
        Bundle bundle = model.incident().bundle();
        Verdict verdict = model.diagnosis().verdict();
        return new PageHead(
                bundle.name(),
                bundle.manifest().map(Manifest::node).filter(node -> !node.isEmpty()),
                verdict.level().word(),
                new Tag(verdict.level().word(), verdict.level().word().toUpperCase(Locale.ROOT)),
                verdict.finding().map(Finding::id),
                verdict.title(),
                verdict.summary(),
                bundle.manifest()
                        .filter(manifest -> !manifest.start().isEmpty())
                        .map(manifest -> manifest.start() + " to " + manifest.end())
                        .orElse("not known"),
                replayed(model.blastRadius()),
                model.incident().evidence().node().kernel(),
                bundle.manifest().map(Manifest::standIns).orElse(List.of()));
    }

    private static String replayed(ReportModel.BlastRadius radius) {
        return radius.frontends() + ", of which " + radius.affected() + " end elsewhere"
                + (radius.undecided() == 0 ? "" : " and " + radius.undecided() + " cannot be decided");
    }
}
