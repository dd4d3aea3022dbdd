package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.count;

import io.ghostmap.diagnosis.Verdict.Level;
import java.util.List;
import java.util.Optional;

/** Draws the verdict: the worst finding, or why there is none. */
final class Judgement {
    private static final String LIMITS = "CAP-";

    private Judgement() {}

    /** {@code findings} are sorted from the worst. */
    static Verdict of(Case scene, List<Finding> findings, List<SkippedRule> skipped) {
        Optional<Finding> worst = findings.stream()
                .filter(finding -> finding.severity().atLeast(Severity.WARNING))
                .findFirst();
        if (worst.isPresent()) {
            return found(worst.get());
        }
        List<String> silenced = skipped.stream()
                .map(SkippedRule::rule)
                .filter(rule -> !rule.startsWith(LIMITS))
                .toList();
        if (!silenced.isEmpty()) {
            return new Verdict(
                    Level.INCONCLUSIVE,
                    Optional.empty(),
                    "Cannot tell: the bundle lacks what " + String.join(", ", silenced) + " need",
                    "No finding, but not every rule could run. The section What is missing names the files.");
        }
        if (scene.traffic().syns() == 0) {
            return new Verdict(
                    Level.INCONCLUSIVE,
                    Optional.empty(),
                    "Nothing wrong in the node's maps; the capture holds no SYN to check them against",
                    healthySummary(scene));
        }
        return findings.stream()
                .filter(finding -> !finding.rule().startsWith(LIMITS))
                .findFirst()
                .map(finding ->
                        new Verdict(Level.INFO, Optional.of(finding.id()), finding.title(), healthySummary(scene)))
                .orElseGet(() -> new Verdict(
                        Level.OK,
                        Optional.empty(),
                        "Nothing wrong found: the programs on this node's hooks agree with its current maps",
                        healthySummary(scene)));
    }

    private static Verdict found(Finding worst) {
        Level level = worst.severity() == Severity.CRITICAL ? Level.CRITICAL : Level.WARNING;
        return new Verdict(level, Optional.of(worst.id()), worst.title(), worst.summary());
    }

    private static String healthySummary(Case scene) {
        long affected = scene.affected().stream()
                .map(replay -> replay.frontend())
                .distinct()
                .count();
        long all = scene.replays().stream()
                .map(replay -> replay.frontend())
                .distinct()
                .count();
        return count(scene.destinations().size(), "destination") + " on the wire, "
                + count(scene.traffic().syns(), "SYN frame") + "; " + affected + " of " + count(all, "service")
                + " replayed end elsewhere than the current generation says.";
    }
}
