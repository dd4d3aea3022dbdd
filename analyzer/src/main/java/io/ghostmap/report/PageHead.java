package io.ghostmap.report;

import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Locale;
import java.util.Optional;

/**
 * The top of the page: the verdict, and what it is about.
 *
 * @param bundle its name, also for the window's title, which cannot have markup
 */
record PageHead(
        String bundle,
        Optional<Term> node,
        Tag level,
        Optional<String> finding,
        Text title,
        Text summary,
        Text captured,
        Text replayed,
        String kernel,
        Optional<Text> standIns) {

    static PageHead of(ReportModel model) {
        Verdict verdict = model.diagnosis().verdict();
        String level = verdict.level().word();
        Origin origin = Origin.of(model.incident().bundle());
        return new PageHead(
                model.incident().bundle().name(),
                origin.node(),
                new Tag(level, level.toUpperCase(Locale.ROOT)),
                verdict.finding().map(Finding::id),
                verdict.title(),
                verdict.summary(),
                origin.captured().orElse(Text.of("not known")),
                replayed(model.blastRadius()),
                model.incident().evidence().node().kernel(),
                origin.standIns().isEmpty() ? Optional.empty() : Optional.of(Text.join(", ", origin.standIns())));
    }

    private static Text replayed(ReportModel.BlastRadius radius) {
        Text text =
                Text.of("{}, {} of them misdirected", Term.number(radius.frontends()), Term.number(radius.affected()));
        return radius.undecided() == 0 ? text : text.then(" and {} cannot be decided", Term.number(radius.undecided()));
    }
}
