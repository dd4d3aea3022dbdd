package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.count;
import static io.ghostmap.diagnosis.Phrases.few;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.diagnosis.Verdict.Level;
import io.ghostmap.replay.Replay;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Draws the verdict: the worst finding, or why there is none. "ok" is a claim like any other, and has to be earned. */
final class Judgement {
    private static final String LIMITS = "CAP-";

    /** Evidence without which, or with damage to which, nothing can be called in order. */
    private static final List<ArtifactKind> GROUND = List.of(
            ArtifactKind.MAPS_BEFORE,
            ArtifactKind.PROGRAMS_BEFORE,
            ArtifactKind.LINKS_BEFORE,
            ArtifactKind.CGROUPS,
            ArtifactKind.MAP_DUMPS,
            ArtifactKind.NODE_CAPTURE);

    private Judgement() {}

    /** {@code findings} are sorted from the worst. */
    static Verdict of(Incident incident, List<Finding> findings, List<SkippedRule> skipped) {
        Optional<Finding> worst = findings.stream()
                .filter(finding -> finding.severity().atLeast(Severity.WARNING))
                .findFirst();
        if (worst.isPresent()) {
            return found(worst.get());
        }
        List<String> doubts = doubts(incident, skipped);
        if (!doubts.isEmpty()) {
            return new Verdict(
                    Level.INCONCLUSIVE,
                    Optional.empty(),
                    "Cannot tell: " + doubts.get(0),
                    (doubts.size() > 1 ? "Also: " + String.join("; ", doubts.subList(1, doubts.size())) + ". " : "")
                            + summary(incident));
        }
        return findings.stream()
                .filter(finding -> !finding.rule().startsWith(LIMITS))
                .findFirst()
                .map(finding -> new Verdict(Level.INFO, Optional.of(finding.id()), finding.title(), summary(incident)))
                .orElseGet(() -> new Verdict(
                        Level.OK,
                        Optional.empty(),
                        "Nothing wrong found: the programs on this node's hooks agree with its current maps",
                        summary(incident)));
    }

    private static Verdict found(Finding worst) {
        Level level = worst.severity() == Severity.CRITICAL ? Level.CRITICAL : Level.WARNING;
        return new Verdict(level, Optional.of(worst.id()), worst.title(), worst.summary());
    }

    /** Whatever stands between this bundle and an "ok". */
    private static List<String> doubts(Incident incident, List<SkippedRule> skipped) {
        List<String> doubts = new ArrayList<>();
        List<String> silenced = skipped.stream()
                .map(SkippedRule::rule)
                .filter(rule -> !rule.startsWith(LIMITS))
                .toList();
        if (!silenced.isEmpty()) {
            doubts.add("the bundle lacks what " + String.join(", ", silenced) + " need");
        }
        List<String> damaged = incident.gaps().stream()
                .map(Gap::artifact)
                .filter(artifact -> GROUND.stream().anyMatch(artifact::concerns))
                .map(Artifact::name)
                .distinct()
                .toList();
        if (!damaged.isEmpty()) {
            doubts.add(few(damaged) + (damaged.size() == 1 ? " is" : " are") + " missing or not whole");
        }
        boolean translated = incident.hooks().stream()
                .filter(hook -> hook.attachType().translatesForward())
                .flatMap(hook -> hook.programs().stream())
                .anyMatch(program -> program.view().isPresent());
        if (!translated) {
            doubts.add("no socket load-balancing program was seen on any hook");
        }
        long undecided = incident.replays().stream()
                .filter(Replay::isUndecided)
                .map(Replay::frontend)
                .distinct()
                .count();
        if (undecided > 0) {
            doubts.add("for " + count(undecided, "frontend") + " of " + frontends(incident.replays())
                    + " the evidence does not tell where a connect ends");
        }
        List<String> unexplained = incident.destinations().stream()
                .filter(Judgement::isUnexplained)
                .map(seen -> seen.destination().endpoint().toString())
                .toList();
        if (!unexplained.isEmpty()) {
            doubts.add("SYNs went to " + few(unexplained) + ", which the maps do not explain");
        }
        if (incident.traffic().captured() && incident.traffic().syns() == 0) {
            doubts.add("nothing is wrong in the node's maps, and the capture holds no SYN to check them against");
        }
        return doubts;
    }

    /** A service's own address on the wire, or silence from an address that no map knows. */
    private static boolean isUnexplained(CorrelatedDestination seen) {
        return switch (seen.classification()) {
            case UNTRANSLATED_FRONTEND -> true;
            case IN_NO_GENERATION ->
                seen.destination().reply() != Reply.ANSWERED
                        && seen.destination().reply() != Reply.UNKNOWN;
            default -> false;
        };
    }

    private static String summary(Incident incident) {
        return count(incident.destinations().size(), "destination") + " on the wire, "
                + count(incident.traffic().syns(), "SYN frame") + "; " + frontends(incident.affected()) + " of "
                + count(frontends(incident.replays()), "frontend")
                + " replayed end elsewhere than the current generation says.";
    }

    private static long frontends(List<Replay> replays) {
        return replays.stream().map(Replay::frontend).distinct().count();
    }
}
