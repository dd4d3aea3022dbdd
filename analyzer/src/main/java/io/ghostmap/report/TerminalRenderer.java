package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import io.ghostmap.diagnosis.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The few lines that {@code ghostmap analyze} prints: the verdict, and what was missing. */
public final class TerminalRenderer {
    private TerminalRenderer() {}

    /** Ends in a line break. */
    public static String render(ReportModel model) {
        Verdict verdict = model.diagnosis().verdict();
        StringBuilder out = new StringBuilder();
        out.append(verdict.level().word().toUpperCase(Locale.ROOT))
                .append(": ")
                .append(Printable.whole(verdict.title().plain()))
                .append('\n');
        if (!verdict.summary().isEmpty()) {
            out.append(Printable.whole(verdict.summary().plain())).append('\n');
        }
        return out.toString();
    }

    /** One line for everything that was missing, and one for each rule that could not run. */
    public static List<String> losses(ReportModel model) {
        List<String> lines = new ArrayList<>();
        model.diagnosis()
                .losses()
                .forEach(loss ->
                        lines.add("ghostmap: " + Printable.whole(loss.artifact().name()) + ": "
                                + Printable.whole(loss.reason().plain()) + "; "
                                + loss.cost().plain()));
        model.diagnosis()
                .skipped()
                .forEach(skipped -> lines.add("ghostmap: rule " + skipped.rule().id() + " could not run, it needs "
                        + skipped.lacking().plain()));
        return List.copyOf(lines);
    }
}
