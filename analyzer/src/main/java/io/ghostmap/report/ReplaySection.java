package io.ghostmap.report;

import io.ghostmap.diagnosis.Incident;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Replays in the report's public form. */
final class ReplaySection {
    /** Stands behind an address that is still the frontend's own. */
    static final String UNTRANSLATED = " (untranslated)";

    private final Incident incident;
    private final Set<Replay> examples;

    /** SYN frames by destination: asked once for each possible end of every replay. */
    private final Map<Endpoint, Long> syns = new HashMap<>();

    private final PeerNameSection names;

    /** Of a single question, which no finding speaks of; asked for sockets of {@code cgroup}, or of each hook's own. */
    ReplaySection(Incident incident, Optional<String> cgroup) {
        this(incident, Set.of(), cgroup);
    }

    /** Of a report whose findings speak of {@code examples}. */
    ReplaySection(Incident incident, Set<Replay> examples) {
        this(incident, examples, Optional.empty());
    }

    private ReplaySection(Incident incident, Set<Replay> examples, Optional<String> cgroup) {
        this.incident = incident;
        this.names = new PeerNameSection(incident, cgroup);
        this.examples = examples;
        incident.destinations()
                .forEach(seen -> syns.merge(
                        seen.destination().endpoint(), seen.destination().syns(), Long::sum));
    }

    /** Shares are given to the ten-thousandth. */
    private static final double SHARES = 10_000;

    static double rounded(double share) {
        return Math.round(share * SHARES) / SHARES;
    }

    /** Those that are affected, whose connections the capture shows, or that a finding speaks of. */
    List<Report.Replay> worthNaming() {
        return incident.replays().parallelStream() // each stands alone; their order stays
                .filter(replay -> affected(replay) || observedSyns(replay) > 0 || examples.contains(replay))
                .map(this::replay)
                .toList();
    }

    /** What another Cilium on this kernel does elsewhere is no fault of this node. */
    private boolean affected(Replay replay) {
        return replay.affected() && !incident.separate().contains(replay.hook());
    }

    /** SYN frames to an address that this frontend leads to; they tell nothing of datagrams to the same address. */
    private long observedSyns(Replay replay) {
        if (replay.frontend().protocol() != Protocol.TCP
                || !incident.onTheWire().contains(replay)) {
            return 0;
        }
        return replay.outcome().stream()
                .mapToLong(disposition -> disposition instanceof Disposition.Connects connects
                        ? syns.getOrDefault(connects.endpoint(), 0L)
                        : 0)
                .sum();
    }

    Report.Replay replay(Replay replay) {
        return new Report.Replay(
                replay.frontend().toString(),
                incident.evidence()
                        .kubernetes()
                        .serviceName(replay.frontend().endpoint())
                        .orElse(""),
                replay.hook().cgroup(),
                replay.hook().attachType().shortName(),
                replay.hook().shownBy(),
                incident.replayer().steps(replay).stream().map(this::step).toList(),
                ends(replay, replay.outcome()),
                ends(replay, replay.expected()),
                replay.outcomes().stream()
                        .map(outcome -> new Report.Outcome(
                                ends(replay, List.of(outcome.disposition())).get(0),
                                rounded(outcome.share()),
                                ConditionText.of(outcome.conditions())))
                        .toList(),
                names.of(replay, affected(replay)),
                affected(replay),
                observedSyns(replay));
    }

    static String text(Disposition disposition) {
        return disposition.text().plain();
    }

    /** An address that is still the frontend's own was translated by nobody; that is said. */
    private static List<String> ends(Replay replay, List<Disposition> dispositions) {
        Disposition untranslated = new Disposition.Connects(replay.frontend().endpoint());
        return dispositions.stream()
                .map(disposition ->
                        disposition.equals(untranslated) ? text(disposition) + UNTRANSLATED : text(disposition))
                .toList();
    }

    /** The services map; the backends map only where it is another matter than the services. */
    static List<Report.Reading> decisive(Report.Step step) {
        return step.reads().stream()
                .filter(reading -> reading.mapId() == step.generation()
                        || step.reads().stream().anyMatch(other -> !Objects.equals(other.current(), reading.current())))
                .toList();
    }

    private Report.Step step(Step step) {
        List<Report.Reading> reads = Stream.of(step.servicesMap(), step.backendsMap())
                .flatMap(Optional::stream)
                .flatMap(id -> incident.datapath().generation(id).stream())
                .map(generation -> new Report.Reading(
                        generation.role().toString(), generation.mapId(), ReportBuilder.current(generation)))
                .toList();
        return new Report.Step(
                step.program().programId(),
                step.program().name(),
                step.servicesMap().orElse(0),
                reads,
                Words.allCurrent(reads),
                String.join(
                        " or ", step.before().stream().map(Endpoint::toString).toList()),
                step.after().stream().map(ReplaySection::text).toList(),
                step.entries());
    }
}
