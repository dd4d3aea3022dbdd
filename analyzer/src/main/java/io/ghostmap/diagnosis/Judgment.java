package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.diagnosis.Verdict.Level;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.UdpService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Draws the verdict: the worst finding, or why there is none. "ok" is a claim like any other, and has to be earned. */
final class Judgment {
    /** Evidence without which, or with damage to which, nothing can be called in order. */
    private static final List<ArtifactKind> GROUND = List.of(
            ArtifactKind.MAPS_BEFORE,
            ArtifactKind.PROGRAMS_BEFORE,
            ArtifactKind.LINKS_BEFORE,
            ArtifactKind.CGROUPS,
            ArtifactKind.MAP_DUMPS,
            ArtifactKind.NODE_CAPTURE);

    /** Maps that decide where connections go. */
    private static final Set<MapRole.Kind> DECISIVE = Set.of(MapRole.Kind.SERVICES, MapRole.Kind.BACKENDS);

    private static final int DNS = 53;
    private static final int MIN_QUERIES = 4;

    private Judgment() {}

    /** {@code findings} are sorted from the worst. */
    static Verdict of(Incident incident, List<Finding> findings, List<SkippedRule> skipped) {
        Optional<Finding> worst = findings.stream()
                .filter(finding -> finding.severity().atLeast(Severity.WARNING))
                .findFirst();
        if (worst.isPresent()) {
            return found(worst.get());
        }
        List<Doubt> doubts = doubts(incident, findings, skipped);
        if (!doubts.isEmpty()) {
            return inconclusive(incident, doubts);
        }
        return findings.stream()
                .filter(finding -> isOfTheNode(finding.rule()))
                .findFirst()
                .map(finding ->
                        new Verdict(Level.INFO, Optional.of(finding), List.of(), finding.title(), summary(incident)))
                .orElseGet(() -> new Verdict(
                        Level.OK,
                        Optional.empty(),
                        List.of(),
                        Text.of(
                                "No fault found: the programs on {} send connections where its current maps say",
                                new Names(incident).node()),
                        summary(incident)));
    }

    private static Verdict found(Finding worst) {
        Level level = worst.severity() == Severity.CRITICAL ? Level.CRITICAL : Level.WARNING;
        return new Verdict(level, Optional.of(worst), List.of(), worst.title(), worst.summary());
    }

    private static Verdict inconclusive(Incident incident, List<Doubt> doubts) {
        List<Text> clauses = doubts.stream().map(Doubt::text).toList();
        Text summary = summary(incident);
        return new Verdict(
                Level.INCONCLUSIVE,
                Optional.empty(),
                List.copyOf(doubts),
                Text.of(
                        "It is not known whether services are reachable from {}: {}",
                        new Names(incident).node(),
                        clauses.get(0)),
                clauses.size() == 1
                        ? summary
                        : Text.of("Also: {}. {}", Text.join("; ", clauses.subList(1, clauses.size())), summary));
    }

    private static boolean isOfTheNode(CatalogEntry rule) {
        return rule.kind() == CatalogEntry.Kind.NODE;
    }

    /** What keeps this bundle from being called in order. */
    private static List<Doubt> doubts(Incident incident, List<Finding> findings, List<SkippedRule> skipped) {
        List<Doubt> doubts = new ArrayList<>();
        List<CatalogEntry> silenced = skipped.stream()
                .map(SkippedRule::rule)
                .filter(Judgment::isOfTheNode)
                .toList();
        if (!silenced.isEmpty()) {
            doubts.add(new Doubt.RulesSkipped(silenced));
        }
        List<Artifact> damaged = incident.gaps().stream()
                .map(Gap::artifact)
                .filter(artifact -> GROUND.stream()
                        .filter(kind -> kind != ArtifactKind.LINKS_BEFORE || hasLinks(incident))
                        .anyMatch(artifact::concerns))
                .distinct()
                .toList();
        if (!damaged.isEmpty()) {
            doubts.add(new Doubt.EvidenceMissing(damaged));
        }
        boolean translated = incident.hooks().stream()
                .filter(hook -> hook.attachType().translatesForward())
                .flatMap(hook -> hook.programs().stream())
                .anyMatch(program -> program.view().isPresent());
        if (!translated) {
            doubts.add(new Doubt.NoProgramSeen());
        }
        doubts.addAll(severalMapsInUse(incident));
        long undecided = incident.replays().stream()
                .filter(Replay::isUndecided)
                .map(Replay::frontend)
                .distinct()
                .count();
        if (undecided > 0) {
            doubts.add(new Doubt.OutcomesUnknown(undecided, frontends(incident.replays())));
        }
        Set<Endpoint> explained = explained(findings);
        List<Endpoint> unexplained = incident.destinations().stream()
                .filter(Judgment::isUnexplained)
                .map(seen -> seen.destination().endpoint())
                .filter(endpoint -> !explained.contains(endpoint))
                .toList();
        if (!unexplained.isEmpty()) {
            doubts.add(new Doubt.DestinationsUnexplained(unexplained));
        }
        List<Endpoint> deaf = unansweredNames(incident).stream()
                .filter(endpoint -> !explained.contains(endpoint))
                .toList();
        if (!deaf.isEmpty()) {
            doubts.add(new Doubt.NamesUnanswered(deaf));
        }
        if (incident.traffic().captured() && incident.traffic().syns() == 0) {
            doubts.add(new Doubt.NoSynCaptured(!incident.datapath().services().isEmpty()));
        }
        return doubts;
    }

    /** Of services and backends: what the others hold follows from these. */
    private static Set<Doubt> severalMapsInUse(Incident incident) {
        Set<Doubt> doubts = new LinkedHashSet<>();
        for (Hook hook : incident.hooks()) {
            if (!incident.separate().contains(hook)) {
                SortedMap<MapRole, SortedSet<Integer>> read = new TreeMap<>();
                hook.programs().stream()
                        .flatMap(program -> program.view().stream())
                        .flatMap(view -> view.maps().stream())
                        .flatMap(map -> incident.datapath().generation(map).stream())
                        .filter(generation -> !generation.isNotCurrent()
                                && DECISIVE.contains(generation.role().kind()))
                        .forEach(generation -> read.computeIfAbsent(generation.role(), role -> new TreeSet<>())
                                .add(generation.mapId()));
                read.forEach((role, maps) -> {
                    if (maps.size() > 1) {
                        doubts.add(new Doubt.SeveralMapsInUse(role, List.copyOf(maps)));
                    }
                });
            }
        }
        return doubts;
    }

    /** Most datagrams want no answer; a DNS query does, and a client that asks so often got none. */
    private static List<Endpoint> unansweredNames(Incident incident) {
        return incident.traffic().services().stream()
                .filter(seen -> seen.endpoint().port() == DNS && seen.responses() == 0)
                .filter(seen -> seen.requests() >= MIN_QUERIES)
                .map(UdpService::endpoint)
                .filter(endpoint -> !isInAnyMap(incident, endpoint))
                .toList();
    }

    private static boolean isInAnyMap(Incident incident, Endpoint endpoint) {
        return incident.datapath().backends().values().stream()
                        .flatMap(table -> table.values().stream())
                        .anyMatch(backend -> backend.endpoint().equals(endpoint))
                || incident.datapath().services().values().stream()
                        .flatMap(table -> table.keySet().stream())
                        .anyMatch(frontend -> frontend.endpoint().equals(endpoint));
    }

    /** Addresses that a finding about the node speaks of. */
    private static Set<Endpoint> explained(List<Finding> findings) {
        Set<Endpoint> explained = new HashSet<>();
        for (Finding finding : findings) {
            if (isOfTheNode(finding.rule())) {
                finding.subjects(Subject.Frontend.class)
                        .forEach(about -> explained.add(about.frontend().endpoint()));
                finding.subjects(Subject.Backend.class).forEach(about -> explained.add(about.endpoint()));
            }
        }
        return explained;
    }

    /** Linux 5.7 brought links to cgroup hooks; an older kernel has none that a list could lack. */
    private static boolean hasLinks(Incident incident) {
        return !incident.evidence().node().isKernelBefore(5, 7);
    }

    /**
     * Failed attempts to a service's own address, to an address that no map knows, or to a backend that no service has in a
     * slot. An answer to a service's own address shows that the packets were translated one by one.
     */
    private static boolean isUnexplained(CorrelatedDestination seen) {
        SortedMap<Reply, Integer> replies = seen.destination().replies();
        boolean failed = replies.keySet().stream().anyMatch(reply -> reply != Reply.ANSWERED && reply != Reply.UNKNOWN);
        return switch (seen.classification()) {
            case UNTRANSLATED_FRONTEND -> failed || replies.containsKey(Reply.UNKNOWN) || replies.isEmpty();
            case IN_NO_GENERATION -> failed;
            case CURRENT_BACKEND_ONLY, BACKEND_OF_SEVERAL ->
                failed && seen.frontends().isEmpty();
            case STALE_BACKEND_ONLY, CANNOT_TELL -> false;
        };
    }

    private static Text summary(Incident incident) {
        Text wire = incident.traffic().captured()
                ? Text.of(
                        "The capture has {} to {}.",
                        Text.count(incident.traffic().syns(), "SYN frame", "SYN frames"),
                        Text.count(incident.destinations().size(), "destination", "destinations"))
                : Text.of("The bundle has no packet capture.");
        return wire.then(
                " Connections to {} of {} would be misdirected.",
                Term.number(frontends(incident.affected())),
                Text.count(frontends(incident.replays()), "replayed service address", "replayed service addresses"));
    }

    private static long frontends(List<Replay> replays) {
        return replays.stream().map(Replay::frontend).distinct().count();
    }
}
