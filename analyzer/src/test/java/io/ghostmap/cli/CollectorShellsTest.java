package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.Report;
import io.ghostmap.support.Command;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import io.ghostmap.support.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** One incident, collected by each shell that a node may have: what the analyzer finds must not depend on it. */
@Order(1)
@ResourceLock(Shared.BPF)
final class CollectorShellsTest {
    @TempDir
    private Path folder;

    @Test
    void findingsAreTheSameUnderEveryShell() throws UnreadableBundleException {
        Needs.tools("dash", "busybox", "bash");
        Needs.lab();

        List<String> dash = factsCollectedBy("dash", "all");

        assertThat(dash).contains("verdict critical", "finding SLB-01 CRITICAL", "destination stale-backend-only");
        assertThat(factsCollectedBy("bash", "all")).isEqualTo(dash);
        assertThat(factsCollectedBy("busybox ash", "busybox")).isEqualTo(dash);
    }

    private List<String> factsCollectedBy(String shell, String tools) throws UnreadableBundleException {
        Command command = Command.run(
                folder,
                Repository.root().resolve("sample-bundles/lab/lab").toString(),
                "run",
                "stale-generation",
                "--shell",
                shell,
                "--tools",
                tools,
                "--services",
                "50",
                "--duration",
                "6",
                "--output",
                folder.toString());
        assertThat(command.exit()).as("%s%n%s", command.out(), command.err()).isZero();
        return facts(Analysis.of(Path.of(command.out().strip().lines().reduce("", (first, last) -> last))));
    }

    /** What does not hang on the numbers that the kernel gave, or on when a packet came. */
    private static List<String> facts(Report report) {
        List<String> facts = new ArrayList<>();
        facts.add("verdict " + report.verdict().severity());
        report.findings().stream()
                .filter(finding -> !finding.severity().equalsIgnoreCase("info"))
                .map(finding ->
                        "finding " + finding.rule() + " " + finding.severity().toUpperCase(Locale.ROOT))
                .forEach(facts::add);
        // Which of several backends a connect meets is left to chance, so the kinds of destinations and not each
        // address.
        report.destinations().stream()
                .map(destination -> "destination " + destination.classification())
                .distinct()
                .sorted()
                .forEach(facts::add);
        report.replays().stream()
                .filter(Report.Replay::affected)
                .map(replay -> "affected " + replay.frontend() + " ends at " + replay.outcome() + " instead of "
                        + replay.expected())
                .sorted()
                .forEach(facts::add);
        return facts;
    }
}
