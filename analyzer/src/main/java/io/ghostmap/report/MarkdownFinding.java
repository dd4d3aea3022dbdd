package io.ghostmap.report;

import static io.ghostmap.report.MarkdownText.code;
import static io.ghostmap.report.MarkdownText.text;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.RemedyStep;
import java.util.List;

/** One finding in Markdown: its explanation, what to do, rivals and evidence. */
final class MarkdownFinding {
    private static final int MAX_CITATIONS = 12;

    private MarkdownFinding() {}

    static void heading(MarkdownLines out, Finding finding) {
        out.heading(finding.id() + " (" + Words.lower(finding.severity()) + ", " + Words.lower(finding.confidence())
                + "): " + text(finding.title()));
    }

    static void body(MarkdownLines out, Finding finding) {
        finding.explanation().forEach(paragraph -> {
            out.blank();
            out.line(text(paragraph));
        });
        finding.remedy().forEach(step -> remedy(out, step));
        finding.rivals().forEach(rival -> {
            out.blank();
            out.line("- Other cause: " + text(rival.hypothesis()) + ". " + text(rival.verdict()) + " To settle it: "
                    + text(rival.decides()) + ".");
        });
        citations(out, "Evidence for", finding.supporting());
        citations(out, "Evidence against", finding.contradicting());
    }

    private static void remedy(MarkdownLines out, RemedyStep step) {
        out.blank();
        out.line("**" + text(step.title()) + ".** Only if: " + text(step.precondition()));
        out.blank();
        out.line("```");
        out.line(step.command().plain().replace("```", ""));
        out.line("```");
        out.blank();
        out.line("Effect: " + text(step.effect()) + " Risk: " + text(step.risk()) + " Check: " + text(step.check())
                + " Undo: " + text(step.undo()));
    }

    private static void citations(MarkdownLines out, String title, List<Citation> citations) {
        if (citations.isEmpty()) {
            return;
        }
        out.blank();
        out.line(title + ":");
        out.blank();
        citations.stream()
                .limit(MAX_CITATIONS)
                .forEach(citation -> out.line(
                        "- " + code(citation.file()) + " " + code(citation.locator()) + ": " + code(citation.quote())));
        out.more(citations.size() - MAX_CITATIONS, "citations");
    }
}
