package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The few lines that the command prints: the verdict, and what to read first. */
public final class TerminalRenderer {
    private TerminalRenderer() {}

    /** Ends in a line break. */
    public static String render(Report report) {
        StringBuilder out = new StringBuilder();
        out.append(report.verdict().severity().toUpperCase(Locale.ROOT))
                .append(": ")
                .append(Printable.whole(report.verdict().title()))
                .append('\n');
        if (!report.verdict().summary().isEmpty()) {
            out.append(Printable.whole(report.verdict().summary())).append('\n');
        }
        return out.toString();
    }

    /** One line for everything that was missing, and one for each rule that could not run. */
    public static List<String> losses(Report report) {
        List<String> lines = new ArrayList<>();
        report.bundle()
                .missing()
                .forEach(missing -> lines.add("ghostmap: " + Printable.whole(missing.artifact()) + ": "
                        + Printable.whole(missing.reason()) + "; " + missing.cost()));
        report.skipped()
                .forEach(skipped -> lines.add("ghostmap: rule " + skipped.rule() + " could not run, it needs "
                        + String.join(" and ", skipped.missing())));
        return List.copyOf(lines);
    }
}
