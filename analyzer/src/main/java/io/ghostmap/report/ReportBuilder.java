package io.ghostmap.report;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.Appearance;
import io.ghostmap.diagnosis.Diagnosis;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.NodeFacts;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.FrameRef;
import io.ghostmap.traffic.Waypoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The report's public form, for JSON: only here does a value become a text, a number or a truth value. */
public final class ReportBuilder {
    private ReportBuilder() {}

    public static Report build(ReportModel model) {
        Diagnosis diagnosis = model.diagnosis();
        ReportModel.BlastRadius radius = model.blastRadius();
        return new Report(
                Report.SCHEMA,
                new Report.Analyzer(Words.ANALYZER, model.analyzerVersion()),
                verdict(diagnosis.verdict()),
                bundle(model),
                model.generations().stream().map(ReportBuilder::generation).toList(),
                model.incident().datapath().ambiguities().stream()
                        .map(open -> new Report.Ambiguity(
                                open.maps(),
                                open.text().plain(),
                                open.why().plain(),
                                open.cost().plain(),
                                open.source()))
                        .toList(),
                model.hooks().stream().map(ReportBuilder::hook).toList(),
                model.destinations().stream().map(ReportBuilder::destination).toList(),
                new Report.BlastRadius(radius.frontends(), radius.affected(), radius.undecided()),
                model.replays().stream().map(ReplayJson::of).toList(),
                diagnosis.findings().stream().map(ReportBuilder::finding).toList(),
                diagnosis.skipped().stream()
                        .map(skipped -> new Report.Skipped(
                                skipped.rule().id(),
                                skipped.missing().stream()
                                        .map(lacking -> lacking.artifacts().plain())
                                        .toList()))
                        .toList());
    }

    private static Report.Verdict verdict(Verdict verdict) {
        return new Report.Verdict(
                verdict.level().word(),
                verdict.finding().map(Finding::id).orElse(""),
                verdict.title().plain(),
                verdict.summary().plain());
    }

    private static Report.BundleFacts bundle(ReportModel model) {
        Bundle bundle = model.incident().bundle();
        Optional<Manifest> manifest = bundle.manifest();
        NodeFacts node = model.incident().evidence().node();
        return new Report.BundleFacts(
                bundle.name(),
                bundle.sha256().orElse(""),
                manifest.map(Manifest::node).orElse(""),
                node.bootId(),
                node.kernel(),
                manifest.map(Manifest::start).orElse(""),
                manifest.map(Manifest::end).orElse(""),
                manifest.map(Manifest::collector).orElse(""),
                manifest.map(Manifest::standIns).orElse(List.of()),
                model.diagnosis().losses().stream()
                        .map(loss -> new Report.Missing(
                                loss.artifact().name(),
                                loss.reason().plain(),
                                loss.cost().plain()))
                        .toList());
    }

    private static Report.Generation generation(Generation generation) {
        return new Report.Generation(
                generation.role().toString(),
                generation.map().name(),
                generation.mapId(),
                generation.order(),
                Currencies.json(generation.currency()),
                generation.reasons().stream()
                        .map(reason -> new Report.Reason(reason.text().plain(), reason.source()))
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
                generation.damage().map(Text::plain).orElse(""));
    }

    private static Report.Hook hook(HookAccount account) {
        return new Report.Hook(
                account.hook().cgroup(),
                account.hook().attachType().shortName(),
                account.hook().captured() ? "effective" : "computed",
                account.hook().remark().orElse(""),
                account.hook().alsoIn().size(),
                account.programs().stream().map(ReportBuilder::program).toList());
    }

    private static Report.Program program(HookAccount.Program program) {
        return new Report.Program(
                program.id(),
                program.program().name(),
                program.listed().map(BpfProgram::tag).orElse(""),
                program.loadedAt(),
                Words.lower(program.via()),
                program.link().map(BpfLink::id).orElse(0),
                program.flags(),
                program.maps(),
                Words.lower(program.reads()),
                program.listed().map(BpfProgram::pins).orElse(List.of()));
    }

    private static Report.Destination destination(DestinationAccount account) {
        Destination destination = account.destination();
        Map<String, Integer> replies = new LinkedHashMap<>();
        destination.replies().forEach((reply, count) -> replies.put(Words.lower(reply), count));
        return new Report.Destination(
                destination.endpoint().address().toString(),
                destination.endpoint().port(),
                "TCP",
                destination.attempts().size(),
                destination.syns(),
                destination.transmissions(),
                Words.lower(destination.reply()),
                replies,
                account.seen().classification().word(),
                account.seen().appearances().stream()
                        .map(ReportBuilder::inGeneration)
                        .toList(),
                account.seen().frontends().stream().map(String::valueOf).toList(),
                account.clients().stream()
                        .map(client -> new Report.Client(
                                client.address().toString(), client.pod().orElse("")))
                        .toList(),
                destination.paths().stream().map(Waypoint::toString).toList(),
                Words.time(destination.firstNanos()),
                Words.time(destination.lastNanos()),
                destination.packet(),
                account.capture().orElse(""),
                account.frames().stream().map(FrameRef::number).toList());
    }

    private static Report.InGeneration inGeneration(Appearance appearance) {
        return new Report.InGeneration(
                appearance.generation().mapId(),
                Words.lower(appearance.as()),
                Currencies.json(appearance.generation().currency()),
                appearance.frontends().stream().map(String::valueOf).toList(),
                appearance.source());
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
