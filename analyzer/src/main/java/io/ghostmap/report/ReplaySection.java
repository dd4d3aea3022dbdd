package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.Case;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Fate;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replays in the report's public form. */
final class ReplaySection {
    /** Stands behind an address that is still the frontend's own. */
    static final String UNTRANSLATED = " (untranslated)";

    private final Case scene;

    /** SYN frames by destination: asked once for each possible end of every replay. */
    private final Map<Endpoint, Long> syns = new HashMap<>();

    ReplaySection(Case scene) {
        this.scene = scene;
        scene.destinations()
                .forEach(seen -> syns.merge(
                        seen.destination().endpoint(), seen.destination().syns(), Long::sum));
    }

    /** Shares are given to the ten-thousandth. */
    private static final double SHARES = 10_000;

    /** Those that are affected, or whose connections the capture shows. */
    List<Report.Replay> worthNaming() {
        return scene.replays().stream()
                .filter(replay -> affected(replay) || observedSyns(replay) > 0)
                .map(this::replay)
                .toList();
    }

    /** What another Cilium on this kernel does elsewhere is no fault of this node. */
    private boolean affected(Replay replay) {
        return replay.affected() && !scene.separate().contains(replay.hook());
    }

    /** SYN frames to an address that this frontend leads to. */
    private long observedSyns(Replay replay) {
        return replay.outcome().stream()
                .mapToLong(fate ->
                        fate instanceof Fate.Connects connects ? syns.getOrDefault(connects.endpoint(), 0L) : 0)
                .sum();
    }

    Report.Replay replay(Replay replay) {
        return new Report.Replay(
                replay.frontend().toString(),
                scene.evidence()
                        .kubernetes()
                        .serviceName(replay.frontend().endpoint())
                        .orElse(""),
                replay.hook().cgroup(),
                replay.hook().attachType().shortName(),
                replay.steps().stream().map(this::step).toList(),
                ends(replay, replay.outcome()),
                ends(replay, replay.expected()),
                replay.chances().stream()
                        .map(chance -> new Report.Chance(
                                ends(replay, List.of(chance.fate())).get(0),
                                Math.round(chance.share() * SHARES) / SHARES,
                                chance.conditions()))
                        .toList(),
                affected(replay),
                observedSyns(replay));
    }

    /** An address that is still the frontend's own was translated by nobody; that is said. */
    private static List<String> ends(Replay replay, List<Fate> fates) {
        Fate untranslated = new Fate.Connects(replay.frontend().endpoint());
        return fates.stream()
                .map(fate -> fate.equals(untranslated) ? fate.text() + UNTRANSLATED : fate.text())
                .toList();
    }

    private Report.Step step(Step step) {
        Optional<Generation> generation = step.servicesMap().flatMap(scene.datapath()::generation);
        return new Report.Step(
                step.program().programId(),
                step.program().name(),
                step.servicesMap().orElse(0),
                generation.map(ReportBuilder::current).orElse(null),
                String.join(
                        " or ", step.before().stream().map(Endpoint::toString).toList()),
                step.after().stream().map(Fate::text).toList(),
                step.entries());
    }
}
