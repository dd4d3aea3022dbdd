package io.ghostmap.report;

import io.ghostmap.datapath.Ambiguity;
import io.ghostmap.diagnosis.Diagnosis;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The short form for a ticket: verdict, affected services, destinations, remedy, evidence, what is missing. No HTML, no
 * nested tables, so that it survives being pasted.
 */
public final class MarkdownRenderer {
    private static final int MAX_AMBIGUITIES = 12;

    private final MarkdownLines out = new MarkdownLines();
    private final ReportModel model;
    private final Diagnosis diagnosis;

    private MarkdownRenderer(ReportModel model) {
        this.model = model;
        this.diagnosis = model.diagnosis();
    }

    public static String render(ReportModel model) {
        MarkdownRenderer renderer = new MarkdownRenderer(model);
        renderer.head();
        MarkdownTables tables = new MarkdownTables(renderer.out, model);
        tables.services();
        tables.layers();
        tables.destinations();
        renderer.hooks();
        renderer.findings();
        renderer.ambiguities();
        renderer.missing();
        renderer.foot();
        return renderer.out.toString();
    }

    private void head() {
        Verdict verdict = diagnosis.verdict();
        out.title(Text.of("{}: {}", Term.word(verdict.level().word().toUpperCase(Locale.ROOT)), verdict.title()));
        out.paragraph(verdict.summary());
        Origin origin = Origin.of(model.incident().bundle());
        Text node = origin.node().map(name -> Text.of("Node {}, ", name)).orElse(Text.of("Node not known, "));
        Text captured = origin.captured()
                .map(when -> node.then("captured {}.", when))
                .orElse(node.then("time of the capture not known."));
        out.paragraph(
                origin.standIns().isEmpty()
                        ? captured
                        : captured.then(
                                " The manifest says that these are stand-ins for the real tools: {}.",
                                Text.join(", ", origin.standIns())));
    }

    private void hooks() {
        if (model.hooks().isEmpty()) {
            return;
        }
        out.heading(Text.of("Programs in run order"));
        out.items(model.hooks().stream()
                .map(account -> Text.of(
                        "{} of {}: {}",
                        Terms.of(account.hook().attachType()),
                        Term.cgroup(account.hook().cgroup()),
                        Text.join(
                                ", then ",
                                account.programs().stream()
                                        .map(MarkdownRenderer::program)
                                        .toList())))
                .toList());
    }

    private static Text program(HookAccount.Program program) {
        return Text.of(
                "{} {} ({}; {})",
                Term.program(program.id()),
                Terms.programName(program.program().name()),
                reads(program),
                attachedBy(program));
    }

    private static Text reads(HookAccount.Program program) {
        Text maps = Text.join(", ", program.maps().stream().map(Term::map).toList());
        return switch (program.reads()) {
            case STALE -> Text.of("maps {}, NOT current", maps);
            case CURRENT -> Text.of("maps {}, current", maps);
            case NONE -> Text.of("no services map");
            case FOREIGN -> Text.of("not the load balancer's: its effect is not known");
            case UNKNOWN -> Text.of("maps not known");
        };
    }

    private static Text attachedBy(HookAccount.Program program) {
        return switch (program.via()) {
            case LINK ->
                Text.of(
                        "link {}",
                        Text.join(
                                "",
                                program.link().map(BpfLink::id).map(Term::link).stream()
                                        .toList()));
            case LEGACY -> Text.of("no link");
            case UNKNOWN -> Text.of("attachment not known");
        };
    }

    /** The one that decides the verdict in full, the others by their summary. */
    private void findings() {
        MarkdownFinding each = new MarkdownFinding(out);
        for (Finding finding : diagnosis.findings()) {
            each.heading(finding);
            if (model.isHeadline(finding)) {
                each.body(finding);
            } else {
                out.paragraph(finding.summary());
            }
        }
    }

    private void ambiguities() {
        List<Ambiguity> ambiguities = model.incident().datapath().ambiguities();
        if (ambiguities.isEmpty()) {
            return;
        }
        out.heading(Text.of("Maps whose role is not known"));
        out.items(ambiguities.stream()
                .limit(MAX_AMBIGUITIES)
                .map(open -> Text.of("{}: {}. Cost: {}.", open.text(), open.why(), open.cost()))
                .toList());
        out.more(ambiguities.size() - MAX_AMBIGUITIES, Text.of("such maps"));
    }

    private void missing() {
        if (diagnosis.losses().isEmpty() && diagnosis.skipped().isEmpty()) {
            return;
        }
        out.heading(Text.of("What is missing"));
        out.items(Stream.concat(
                        diagnosis.losses().stream()
                                .map(gap -> Text.of("{}: {}; {}", gap.artifact().term(), gap.reason(), gap.cost())),
                        diagnosis.skipped().stream()
                                .map(skipped -> Text.of(
                                        "rule {} could not run, it needs {}",
                                        Term.word(skipped.rule().id()),
                                        skipped.lacking())))
                .toList());
    }

    private void foot() {
        Text made = Text.of("Made offline by {} {}", Term.word(Words.ANALYZER), Term.version(model.analyzerVersion()));
        out.paragraph(model.incident()
                .bundle()
                .sha256()
                .map(digest -> made.then(" from the bundle with SHA-256 {}.", Term.quote(digest)))
                .orElse(made.then(".")));
    }
}
