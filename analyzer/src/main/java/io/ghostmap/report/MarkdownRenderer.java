package io.ghostmap.report;

import static io.ghostmap.report.MarkdownText.code;
import static io.ghostmap.report.MarkdownText.plain;
import static io.ghostmap.report.MarkdownText.text;

import io.ghostmap.bundle.Manifest;
import io.ghostmap.datapath.Ambiguity;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.CorrelatedDestination;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.replay.Disposition;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The short form for a ticket: verdict, affected services, destinations, remedy, evidence, what is missing. No HTML, no
 * nested tables, so that it survives being pasted.
 */
public final class MarkdownRenderer {
    private static final int MAX_SERVICES = 15;
    private static final int MAX_DESTINATIONS = 15;
    private static final int MAX_AMBIGUITIES = 12;

    private final MarkdownLines out = new MarkdownLines();
    private final ReportModel model;

    private MarkdownRenderer(ReportModel model) {
        this.model = model;
    }

    public static String render(ReportModel model) {
        MarkdownRenderer renderer = new MarkdownRenderer(model);
        renderer.head();
        renderer.services();
        renderer.destinations();
        renderer.hooks();
        renderer.findings();
        renderer.ambiguities();
        renderer.missing();
        renderer.foot();
        return renderer.out.text();
    }

    private void head() {
        Verdict verdict = model.diagnosis().verdict();
        Optional<Manifest> manifest = model.incident().bundle().manifest();
        out.line("# " + verdict.level().word().toUpperCase(Locale.ROOT) + ": " + text(verdict.title()));
        out.blank();
        out.line(text(verdict.summary()));
        out.blank();
        out.line("Node " + code(manifest.map(Manifest::node).orElse("")) + ", captured "
                + plain(manifest.map(Manifest::start).orElse("")) + " to "
                + plain(manifest.map(Manifest::end).orElse("")) + ".");
        manifest.map(Manifest::standIns)
                .filter(standIns -> !standIns.isEmpty())
                .ifPresent(standIns -> out.line("Stand-ins for the real tools, as the manifest says: "
                        + standIns.stream().map(MarkdownText::code).collect(Collectors.joining(", ")) + "."));
    }

    private void services() {
        List<ReplayAccount> affected = model.affected();
        if (affected.isEmpty()) {
            return;
        }
        out.heading("Services that go elsewhere than the current generation says ("
                + model.blastRadius().affected() + " of " + model.blastRadius().frontends() + ")");
        out.blank();
        boolean named =
                affected.stream().anyMatch(account -> !account.peerNames().isEmpty());
        out.line("| frontend | service | goes to | should go to |" + (named ? " the application sees |" : "")
                + " SYN frames |");
        out.line("| --- | --- | --- | --- |" + (named ? " --- |" : "") + " ---: |");
        affected.stream()
                .limit(MAX_SERVICES)
                .forEach(account ->
                        out.line("| " + code(account.replay().frontend().toString()) + " | "
                                + plain(account.service().orElse("")) + " | "
                                + ends(account, account.replay().outcome()) + " | "
                                + ends(account, account.replay().expected()) + " | "
                                + (named ? names(account) + " | " : "") + account.observedSyns() + " |"));
        out.more(affected.size() - MAX_SERVICES, "services");
    }

    private static String ends(ReplayAccount account, List<Disposition> dispositions) {
        return text(Text.join(" or ", account.texts(dispositions)));
    }

    private static String names(ReplayAccount account) {
        return account.peerNames().stream()
                .flatMap(peer -> peer.names().stream())
                .map(PeerNameAccount.Name::text)
                .map(MarkdownText::text)
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    private void destinations() {
        if (model.destinations().isEmpty()) {
            return;
        }
        out.heading("Destinations on the wire");
        out.blank();
        out.line("| destination | attempts | SYN frames | reply | in the maps | frames |");
        out.line("| --- | ---: | ---: | --- | --- | --- |");
        model.destinations().stream().limit(MAX_DESTINATIONS).forEach(this::destination);
        out.more(model.destinations().size() - MAX_DESTINATIONS, "destinations");
    }

    private void destination(DestinationAccount account) {
        Destination destination = account.destination();
        out.line("| " + code(account.endpoint().toString()) + " | "
                + destination.attempts().size() + " | " + destination.syns() + " | "
                + Words.lower(destination.reply()) + " | " + maps(account.seen()) + " | " + text(account.frameList())
                + " |");
    }

    private static String maps(CorrelatedDestination seen) {
        return seen.appearances().isEmpty()
                ? seen.classification().word()
                : seen.appearances().stream()
                        .map(in ->
                                Words.lower(in.as()) + " in " + in.generation().mapId()
                                        + currency(in.generation().currency()))
                        .distinct()
                        .collect(Collectors.joining(", "));
    }

    private static String currency(Generation.Currency currency) {
        return switch (currency) {
            case CURRENT -> " (current)";
            case NOT_CURRENT -> " (not current)";
            case UNKNOWN -> "";
        };
    }

    private void hooks() {
        if (model.hooks().isEmpty()) {
            return;
        }
        out.heading("Programs in run order");
        out.blank();
        for (HookAccount account : model.hooks()) {
            String programs = account.programs().stream()
                    .map(program -> program.id() + " " + code(program.program().name()) + " (" + reads(program) + ", "
                            + attachedBy(program) + ")")
                    .collect(Collectors.joining(", then "));
            out.line("- " + account.hook().attachType().shortName() + " of "
                    + code(account.hook().cgroup()) + ": " + programs);
        }
    }

    private static String reads(HookAccount.Program program) {
        return switch (program.reads()) {
            case STALE -> "**not current** maps " + program.maps();
            case CURRENT -> "current maps " + program.maps();
            case NONE -> "no services map";
            case FOREIGN -> "not the load balancer's: its effect is not known";
            case UNKNOWN -> "maps not known";
        };
    }

    private static String attachedBy(HookAccount.Program program) {
        return switch (program.via()) {
            case LINK -> "link " + program.link().map(BpfLink::id).orElse(0);
            case LEGACY -> "no link";
            case UNKNOWN -> "attachment not known";
        };
    }

    /** The one that the verdict rests on in full, the others by their summary. */
    private void findings() {
        for (Finding finding : model.diagnosis().findings()) {
            MarkdownFinding.heading(out, finding);
            if (model.isHeadline(finding)) {
                MarkdownFinding.body(out, finding);
            } else {
                out.blank();
                out.line(text(finding.summary()));
            }
        }
    }

    private void ambiguities() {
        List<Ambiguity> ambiguities = model.incident().datapath().ambiguities();
        if (ambiguities.isEmpty()) {
            return;
        }
        out.heading("Maps that cannot be told apart");
        out.blank();
        ambiguities.stream()
                .limit(MAX_AMBIGUITIES)
                .forEach(open -> out.line("- " + plain(open.text().plain()) + ": "
                        + plain(open.why().plain()) + ". Cost: "
                        + plain(open.cost().plain()) + "."));
        out.more(ambiguities.size() - MAX_AMBIGUITIES, "ambiguities");
    }

    private void missing() {
        if (model.diagnosis().losses().isEmpty() && model.diagnosis().skipped().isEmpty()) {
            return;
        }
        out.heading("What is missing");
        out.blank();
        model.diagnosis()
                .losses()
                .forEach(loss ->
                        out.line("- " + MarkdownText.term(loss.artifact().term()) + ": " + text(loss.reason()) + "; "
                                + text(loss.cost())));
        model.diagnosis()
                .skipped()
                .forEach(skipped -> out.line(
                        "- rule " + skipped.rule().id() + " could not run, it needs " + text(skipped.lacking())));
    }

    private void foot() {
        out.blank();
        out.line("Made offline by " + Words.ANALYZER + " " + model.analyzerVersion()
                + model.incident()
                        .bundle()
                        .sha256()
                        .map(digest -> " from the bundle with SHA-256 " + code(digest))
                        .orElse("")
                + ".");
    }
}
