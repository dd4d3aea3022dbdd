package io.ghostmap.report;

import static io.ghostmap.report.MarkdownText.code;
import static io.ghostmap.report.MarkdownText.plain;

import io.ghostmap.bundle.Citation;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The short form for a ticket: verdict, affected services, destinations, remedy, evidence, what is missing. No HTML, no
 * nested tables, so that it survives being pasted.
 */
public final class MarkdownRenderer {
    private static final int MAX_SERVICES = 15;
    private static final int MAX_DESTINATIONS = 15;
    private static final int MAX_CITATIONS = 12;

    private final StringBuilder out = new StringBuilder();
    private final Report report;

    private MarkdownRenderer(Report report) {
        this.report = report;
    }

    public static String render(Report report) {
        MarkdownRenderer renderer = new MarkdownRenderer(report);
        renderer.head();
        renderer.services();
        renderer.destinations();
        renderer.hooks();
        renderer.findings();
        renderer.ambiguities();
        renderer.missing();
        renderer.foot();
        return renderer.out.toString();
    }

    private void head() {
        line("# " + report.verdict().severity().toUpperCase(Locale.ROOT) + ": "
                + plain(report.verdict().title()));
        line("");
        line(plain(report.verdict().summary()));
        line("");
        line("Node " + code(report.bundle().node()) + ", captured "
                + plain(report.bundle().capturedFrom()) + " to "
                + plain(report.bundle().capturedTo()) + ".");
        if (!report.bundle().standIns().isEmpty()) {
            line("Stand-ins for the real tools, as the manifest says: "
                    + report.bundle().standIns().stream()
                            .map(MarkdownText::code)
                            .collect(Collectors.joining(", "))
                    + ".");
        }
    }

    private void services() {
        List<Report.Replay> affected =
                report.replays().stream().filter(Report.Replay::affected).toList();
        if (affected.isEmpty()) {
            return;
        }
        line("");
        line("## Services that end elsewhere (" + report.blastRadius().affected() + " of "
                + report.blastRadius().frontends() + ")");
        line("");
        boolean named = affected.stream().anyMatch(replay -> !replay.peerNames().isEmpty());
        line("| frontend | service | ends at | should end at |" + (named ? " the application is told |" : "")
                + " SYN frames there |");
        line("| --- | --- | --- | --- |" + (named ? " --- |" : "") + " ---: |");
        affected.stream()
                .limit(MAX_SERVICES)
                .forEach(replay -> line("| " + code(replay.frontend()) + " | " + plain(replay.service()) + " | "
                        + codes(replay.outcome()) + " | " + codes(replay.expected()) + " | "
                        + (named ? names(replay) + " | " : "") + replay.observedSyns()
                        + " |"));
        more(affected.size() - MAX_SERVICES, "services");
    }

    private static String names(Report.Replay replay) {
        return replay.peerNames().stream()
                .flatMap(peer -> peer.names().stream()
                        .map(name -> code(name.name())
                                + (name.meaning().isEmpty() ? "" : " (" + plain(name.meaning()) + ")")))
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    private void destinations() {
        if (report.destinations().isEmpty()) {
            return;
        }
        line("");
        line("## Destinations on the wire");
        line("");
        line("| destination | attempts | SYN frames | reply | in the maps | frames |");
        line("| --- | ---: | ---: | --- | --- | --- |");
        report.destinations().stream().limit(MAX_DESTINATIONS).forEach(this::destination);
        more(report.destinations().size() - MAX_DESTINATIONS, "destinations");
    }

    private void destination(Report.Destination destination) {
        String maps = destination.inGenerations().isEmpty()
                ? destination.classification()
                : destination.inGenerations().stream()
                        .map(in -> in.as() + " in " + in.mapId() + currency(in.current()))
                        .distinct()
                        .collect(Collectors.joining(", "));
        String frames =
                destination.frames().stream().limit(4).map(String::valueOf).collect(Collectors.joining(", "));
        line("| " + code(Words.endpoint(destination)) + " | " + destination.attempts() + " | " + destination.syns()
                + " | " + destination.reply() + " | " + maps + " | " + frames + " |");
    }

    private static String currency(@Nullable Boolean current) {
        return current == null ? "" : current ? " (current)" : " (not current)";
    }

    private void hooks() {
        if (report.hooks().isEmpty()) {
            return;
        }
        line("");
        line("## Programs in run order");
        line("");
        for (Report.Hook hook : report.hooks()) {
            String programs = hook.programs().stream()
                    .map(program -> program.id() + " " + code(program.name()) + " (" + reads(program) + ", "
                            + via(program) + ")")
                    .collect(Collectors.joining(", then "));
            line("- " + hook.attachType() + " of " + code(hook.cgroup()) + ": " + programs);
        }
    }

    private static String reads(Report.Program program) {
        return switch (program.reads()) {
            case "stale" -> "**not current** maps " + program.maps();
            case "current" -> "current maps " + program.maps();
            case "foreign" -> "not the load balancer's, effect not known";
            case "unknown" -> "maps not known";
            default -> "no services map";
        };
    }

    private static String via(Report.Program program) {
        return switch (program.via()) {
            case "link" -> "link " + program.linkId();
            case "legacy" -> "no link";
            default -> "attachment not known";
        };
    }

    /** The one that the verdict rests on in full, the others by their summary. */
    private void findings() {
        for (Report.Finding finding : report.findings()) {
            if (finding.id().equals(report.verdict().finding())) {
                finding(finding);
            } else {
                line("");
                line("## " + finding.id() + " (" + finding.severity() + ", " + finding.confidence() + "): "
                        + plain(finding.title()));
                line("");
                line(plain(finding.summary()));
            }
        }
    }

    private void finding(Report.Finding finding) {
        line("");
        line("## " + finding.id() + " (" + finding.severity() + ", " + finding.confidence() + "): "
                + plain(finding.title()));
        finding.explanation().forEach(paragraph -> {
            line("");
            line(plain(paragraph));
        });
        finding.remedy().forEach(this::remedy);
        finding.rivals().forEach(rival -> {
            line("");
            line("- Could it be that: " + plain(rival.hypothesis()) + "? " + plain(rival.verdict()) + " To settle it: "
                    + plain(rival.decides()) + ".");
        });
        citations("Evidence for", finding.supporting());
        citations("Evidence against", finding.against());
    }

    private void remedy(Report.Remedy step) {
        line("");
        line("**" + plain(step.title()) + ".** Only if: " + plain(step.precondition()));
        line("");
        line("```");
        line(step.command().replace("```", ""));
        line("```");
        line("");
        line("Effect: " + plain(step.effect()) + " Risk: " + plain(step.risk()) + " Check: " + plain(step.check())
                + " Undo: " + plain(step.undo()));
    }

    private void citations(String title, List<Citation> citations) {
        if (citations.isEmpty()) {
            return;
        }
        line("");
        line(title + ":");
        line("");
        citations.stream()
                .limit(MAX_CITATIONS)
                .forEach(citation -> line(
                        "- " + code(citation.file()) + " " + code(citation.locator()) + ": " + code(citation.quote())));
        more(citations.size() - MAX_CITATIONS, "citations");
    }

    private void ambiguities() {
        if (report.ambiguities().isEmpty()) {
            return;
        }
        line("");
        line("## Maps that cannot be told apart");
        line("");
        report.ambiguities().stream()
                .limit(MAX_CITATIONS)
                .forEach(open -> line(
                        "- " + plain(open.text()) + ": " + plain(open.why()) + ". Cost: " + plain(open.cost()) + "."));
        more(report.ambiguities().size() - MAX_CITATIONS, "ambiguities");
    }

    private void missing() {
        if (report.bundle().missing().isEmpty() && report.skipped().isEmpty()) {
            return;
        }
        line("");
        line("## What is missing");
        line("");
        report.bundle()
                .missing()
                .forEach(missing -> line("- " + code(missing.artifact()) + ": " + plain(missing.reason()) + "; "
                        + plain(missing.cost())));
        report.skipped()
                .forEach(skipped -> line("- rule " + skipped.rule() + " could not run, it needs "
                        + plain(String.join(" and ", skipped.missing()))));
    }

    private void foot() {
        line("");
        line("Made offline by " + report.analyzer().name() + " "
                + report.analyzer().version()
                + (report.bundle().sha256().isEmpty()
                        ? ""
                        : " from the bundle with SHA-256 "
                                + code(report.bundle().sha256()))
                + ".");
    }

    private static String codes(List<String> texts) {
        return texts.stream().map(MarkdownText::code).collect(Collectors.joining(" or "));
    }

    private void more(int number, String noun) {
        if (number > 0) {
            line("");
            line(number + " further " + noun + " stand in the JSON form.");
        }
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
