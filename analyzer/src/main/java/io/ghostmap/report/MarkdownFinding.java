package io.ghostmap.report;

import static io.ghostmap.report.MarkdownText.code;
import static io.ghostmap.report.MarkdownText.plain;

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
                + "): " + plain(finding.title().plain()));
    }

    static void body(MarkdownLines out, Finding finding) {
        finding.explanation().forEach(paragraph -> {
            out.blank();
            out.line(plain(paragraph.plain()));
        });
        finding.remedy().forEach(step -> remedy(out, step));
        finding.rivals().forEach(rival -> {
            out.blank();
            out.line("- Could it be that: " + plain(rival.hypothesis().plain()) + "? "
                    + plain(rival.verdict().plain()) + " To settle it: "
                    + plain(rival.decides().plain()) + ".");
        });
        citations(out, "Evidence for", finding.supporting());
        citations(out, "Evidence against", finding.contradicting());
    }

    private static void remedy(MarkdownLines out, RemedyStep step) {
        out.blank();
        out.line("**" + plain(step.title().plain()) + ".** Only if: "
                + plain(step.precondition().plain()));
        out.blank();
        out.line("```");
        out.line(step.command().plain().replace("```", ""));
        out.line("```");
        out.blank();
        out.line("Effect: " + plain(step.effect().plain()) + " Risk: "
                + plain(step.risk().plain()) + " Check: " + plain(step.check().plain()) + " Undo: "
                + plain(step.undo().plain()));
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
