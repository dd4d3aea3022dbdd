package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.RemedyStep;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** One finding in Markdown: its explanation, what to do, other causes and evidence. */
final class MarkdownFinding {
    private static final int MAX_CITATIONS = 12;

    private final MarkdownLines out;

    MarkdownFinding(MarkdownLines out) {
        this.out = out;
    }

    void heading(Finding finding) {
        out.heading(Text.of(
                "{} ({}, {}): {}",
                Term.word(finding.id()),
                Term.word(Words.lower(finding.severity())),
                Term.word(Words.lower(finding.confidence())),
                finding.title()));
    }

    void body(Finding finding) {
        finding.explanation().forEach(out::paragraph);
        finding.remedy().forEach(this::remedy);
        out.items(finding.rivals().stream()
                .map(rival -> Text.of(
                        "Other cause: {}. {} To settle it: {}.", rival.hypothesis(), rival.verdict(), rival.decides()))
                .toList());
        citations(Text.of("Evidence for it:"), finding.supporting());
        citations(Text.of("Evidence against it:"), finding.contradicting());
    }

    private void remedy(RemedyStep step) {
        out.paragraph(Text.of("{}. Only if: {}", step.title(), step.precondition()));
        out.command(step.command());
        out.paragraph(Text.of(
                "Effect: {} Risk: {} Check: {} Undo: {}", step.effect(), step.risk(), step.check(), step.undo()));
    }

    private void citations(Text title, List<Citation> citations) {
        if (citations.isEmpty()) {
            return;
        }
        out.paragraph(title);
        out.items(citations.stream()
                .limit(MAX_CITATIONS)
                .map(citation -> Text.of(
                        "{} {}: {}",
                        Term.member(citation.file()),
                        Term.quote(citation.locator()),
                        Term.quote(citation.quote())))
                .toList());
        out.more(citations.size() - MAX_CITATIONS, Text.of("citations"));
    }
}
