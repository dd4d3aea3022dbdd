package io.ghostmap.report;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.View;
import io.ghostmap.diagnosis.Appearance;
import io.ghostmap.diagnosis.CorrelatedDestination;
import io.ghostmap.diagnosis.Diagnosis;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Incident;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.KubernetesView;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.FrameRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinTask;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts a diagnosis and its case into the public form. Chooses nothing but what the contract says to leave out. */
public final class ReportBuilder {
    private final Incident incident;
    private final Diagnosis diagnosis;
    private final KubernetesView kubernetes;

    private ReportBuilder(Incident incident, Diagnosis diagnosis) {
        this.incident = incident;
        this.diagnosis = diagnosis;
        this.kubernetes = incident.evidence().kubernetes();
    }

    public static Report build(Incident incident, Diagnosis diagnosis, String analyzerVersion) {
        ReportBuilder builder = new ReportBuilder(incident, diagnosis);
        ForkJoinTask<List<Report.Destination>> destinations = ForkJoinTask.adapt(() -> incident.destinations().stream()
                        .map(builder::destination)
                        .toList())
                .fork();
        List<Report.Replay> replays = builder.replays();
        return new Report(
                Report.SCHEMA,
                new Report.Analyzer("ghostmap", analyzerVersion),
                builder.verdict(),
                builder.bundle(),
                incident.datapath().generations().stream()
                        .map(builder::generation)
                        .toList(),
                incident.datapath().ambiguities().stream()
                        .map(open ->
                                new Report.Ambiguity(open.maps(), open.text(), open.why(), open.cost(), open.source()))
                        .toList(),
                incident.hooks().stream().map(builder::hook).toList(),
                destinations.join(),
                builder.blastRadius(),
                replays,
                diagnosis.findings().stream().map(ReportBuilder::finding).toList(),
                diagnosis.skipped().stream()
                        .map(skipped -> new Report.Skipped(skipped.rule().id(), skipped.missing()))
                        .toList());
    }

    private List<Report.Replay> replays() {
        return new ReplaySection(
                        incident,
                        diagnosis.findings().stream()
                                .flatMap(finding -> finding.example().stream())
                                .collect(Collectors.toSet()))
                .worthNaming();
    }

    /** Replays in the public form, for the answer to a single question: for sockets of that cgroup, or of each hook's. */
    public static List<Report.Replay> replays(Incident incident, List<Replay> replays, Optional<String> cgroup) {
        ReplaySection section = new ReplaySection(incident, cgroup);
        return replays.stream().map(section::replay).toList();
    }

    private Report.Verdict verdict() {
        return new Report.Verdict(
                diagnosis.verdict().level().word(),
                diagnosis.verdict().finding().map(Finding::id).orElse(""),
                diagnosis.verdict().title().plain(),
                diagnosis.verdict().summary().plain());
    }

    private Report.BundleFacts bundle() {
        Bundle bundle = incident.bundle();
        Optional<Manifest> manifest = bundle.manifest();
        return new Report.BundleFacts(
                bundle.name(),
                bundle.sha256().orElse(""),
                manifest.map(Manifest::node).orElse(""),
                incident.evidence().node().bootId(),
                incident.evidence().node().kernel(),
                manifest.map(Manifest::start).orElse(""),
                manifest.map(Manifest::end).orElse(""),
                manifest.map(Manifest::collector).orElse(""),
                manifest.map(Manifest::standIns).orElse(List.of()),
                diagnosis.losses().stream()
                        .map(loss -> new Report.Missing(
                                loss.artifact().name(),
                                loss.reason().plain(),
                                loss.cost().plain()))
                        .toList());
    }

    private Report.Generation generation(Generation generation) {
        return new Report.Generation(
                generation.role().toString(),
                generation.map().name(),
                generation.mapId(),
                generation.order(),
                current(generation),
                generation.reasons().stream()
                        .map(reason -> new Report.Reason(reason.text(), reason.source()))
                        .toList(),
                generation.map().pins(),
                generation.programs(),
                generation.attachments().stream()
                        .map(attachment -> attachment.cgroup() + " "
                                + attachment.attachType().shortName())
                        .distinct()
                        .toList(),
                generation.entries().orElse(-1),
                generation.map().maxEntries(),
                generation.usable(),
                generation.damage().orElse(""));
    }

    static @Nullable Boolean current(Generation generation) {
        return switch (generation.currency()) {
            case CURRENT -> Boolean.TRUE;
            case NOT_CURRENT -> Boolean.FALSE;
            case UNKNOWN -> null;
        };
    }

    private Report.Hook hook(Hook hook) {
        return new Report.Hook(
                hook.cgroup(),
                hook.attachType().shortName(),
                hook.captured() ? "effective" : "computed",
                hook.remark().orElse(""),
                hook.alsoIn().size(),
                hook.programs().stream()
                        .map(program -> program(program, hook.attachType()))
                        .toList());
    }

    private Report.Program program(HookProgram program, AttachType type) {
        Optional<BpfProgram> listed =
                incident.evidence().bpf().state().programs().find(program.programId());
        return new Report.Program(
                program.programId(),
                program.name(),
                listed.map(BpfProgram::tag).orElse(""),
                Words.timeOfSeconds(listed.map(p -> p.loadedAt().orElse(0)).orElse(0L)),
                Words.lower(program.attachment().map(Attachment::via).orElse(Attachment.Via.UNKNOWN)),
                program.attachment()
                        .flatMap(Attachment::link)
                        .map(link -> link.id())
                        .orElse(0),
                attachFlags(program),
                listed.map(BpfProgram::mapIds).orElse(List.of()),
                reads(program, type),
                listed.map(BpfProgram::pins).orElse(List.of()));
    }

    /** As the tree printed them; effective lists have none. */
    private String attachFlags(HookProgram program) {
        return incident.evidence().cgroups().attached().stream()
                .flatMap(cgroup -> cgroup.programs().stream())
                .filter(row -> row.programId() == program.programId())
                .map(row -> row.flags())
                .findFirst()
                .orElse("");
    }

    /** Which generation the program works on. */
    private String reads(HookProgram program, AttachType type) {
        Optional<View> view = program.view();
        Datapath datapath = incident.datapath();
        if (!program.listed()) {
            return "unknown";
        }
        if (view.isEmpty()) {
            return "foreign";
        }
        if (datapath.readsStale(view.get(), type)) {
            return "stale";
        }
        return view.get()
                        .servicesV4()
                        .mapId()
                        .or(() -> view.get().servicesV6().mapId())
                        .isPresent()
                ? "current"
                : "none";
    }

    private Report.Destination destination(CorrelatedDestination seen) {
        Destination destination = seen.destination();
        Map<String, Integer> replies = new LinkedHashMap<>();
        destination.replies().forEach((reply, count) -> replies.put(Words.lower(reply), count));
        String capture =
                destination.frames().stream().findFirst().map(FrameRef::file).orElse("");
        return new Report.Destination(
                destination.endpoint().address().toString(),
                destination.endpoint().port(),
                "TCP",
                destination.attempts().size(),
                destination.syns(),
                destination.transmissions(),
                Words.lower(destination.reply()),
                replies,
                seen.classification().word(),
                seen.appearances().stream().map(ReportBuilder::inGeneration).toList(),
                seen.frontends().stream().map(String::valueOf).toList(),
                destination.clients().stream()
                        .map(client -> new Report.Client(
                                client.toString(), kubernetes.podName(client).orElse("")))
                        .toList(),
                List.copyOf(destination.paths()),
                Words.time(destination.firstNanos()),
                Words.time(destination.lastNanos()),
                destination.packet(),
                capture,
                destination.frames().stream()
                        .filter(frame -> frame.file().equals(capture))
                        .map(FrameRef::number)
                        .toList());
    }

    private static Report.InGeneration inGeneration(Appearance appearance) {
        return new Report.InGeneration(
                appearance.generation().mapId(),
                Words.lower(appearance.as()),
                current(appearance.generation()),
                appearance.frontends().stream().map(String::valueOf).toList(),
                appearance.source());
    }

    private Report.BlastRadius blastRadius() {
        return new Report.BlastRadius(
                frontends(incident.replays()),
                frontends(incident.affected()),
                frontends(
                        incident.replays().stream().filter(Replay::isUndecided).toList()));
    }

    private static int frontends(List<Replay> replays) {
        return (int) replays.stream().map(Replay::frontend).distinct().count();
    }

    private static Report.Finding finding(Finding finding) {
        return new Report.Finding(
                finding.id(),
                finding.rule().id(),
                Words.lower(finding.severity()),
                finding.title().plain(),
                finding.summary().plain(),
                finding.explanation().stream().map(Text::plain).toList(),
                finding.example()
                        .map(replay -> new Report.Example(
                                replay.frontend().toString(),
                                replay.hook().cgroup(),
                                replay.hook().attachType().shortName()))
                        .orElse(new Report.Example("", "", "")),
                Words.lower(finding.confidence()),
                finding.supporting(),
                finding.contradicting(),
                finding.rivals().stream()
                        .map(rival -> new Report.Rival(
                                rival.hypothesis().plain(),
                                rival.verdict().plain(),
                                rival.decides().plain()))
                        .toList(),
                finding.remedy().stream()
                        .map(step -> new Report.Remedy(
                                step.title().plain(),
                                step.precondition().plain(),
                                step.command().plain(),
                                step.effect().plain(),
                                step.risk().plain(),
                                step.check().plain(),
                                step.undo().plain()))
                        .toList());
    }
}
