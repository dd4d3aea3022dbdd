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
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reproduces incidents on this kernel with other addresses, ports and counts than the committed samples, runs the real
 * collector on them, and compares the report with what the lab says that it planted.
 */
@Order(1)
@ResourceLock(Shared.BPF)
final class LiveIncidentTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path folder;

    @Test
    void plantedStaleGenerationIsFound() throws UnreadableBundleException {
        Needs.lab();
        Run run = lab(
                "stale-generation",
                "--services",
                "137",
                "--frontend",
                "172.17.201.77:9443",
                "--stale",
                "172.16.33.44:7443",
                "--live",
                "172.16.55.66:7443",
                "--client",
                "172.16.168.99",
                "--seed",
                "42",
                "--duration",
                "8");

        assertThat(run.report.verdict().severity()).isEqualTo("critical");
        assertPlantedCause(run, "172.17.201.77:9443", "172.16.33.44", 7443, "172.16.55.66:7443");
        assertThat(commands(run.report))
                .contains("bpftool cgroup detach /sys/fs/cgroup connect4 id "
                        + run.stale().path("programs").path("connect4").asInt());
        assertThat(run.report.replays())
                .filteredOn(Report.Replay::affected)
                .extracting(Report.Replay::frontend)
                .containsAll(run.frontends("differingFrontends"));
    }

    @Test
    void plantedLinkInASecondBpffsIsFound() throws UnreadableBundleException {
        Needs.lab();
        Run run = lab(
                "stale-generation-link",
                "--services",
                "61",
                "--frontend",
                "172.17.44.10:5000",
                "--stale",
                "172.16.71.72:5000",
                "--live",
                "172.16.81.82:5001",
                "--seed",
                "7",
                "--duration",
                "8");

        assertThat(run.report.verdict().severity()).isEqualTo("critical");
        assertPlantedCause(run, "172.17.44.10:5000", "172.16.71.72", 5000, "172.16.81.82:5001");
        assertThat(commands(run.report))
                .contains("bpftool link detach id "
                        + run.stale().path("links").path("connect4").asInt())
                .doesNotContain("bpftool cgroup detach");
    }

    @Test
    void healthyNodeIsOk() throws UnreadableBundleException {
        Needs.lab();
        Run run = lab("healthy", "--services", "83", "--seed", "5", "--duration", "6");

        assertThat(run.report.verdict().severity())
                .as(run.report.verdict().title())
                .isEqualTo("ok");
        assertThat(run.report.findings()).allMatch(finding -> finding.severity().equals("info"));
    }

    @Test
    void silentBackendIsNotBlamedOnTheNode() throws UnreadableBundleException {
        Needs.lab();
        Run run = lab("dead-backend", "--services", "40", "--seed", "9", "--duration", "8");

        assertThat(run.report.verdict().severity()).isEqualTo("warning");
        assertThat(run.report.findings().get(0).rule()).isEqualTo("SLB-28");
        assertThat(run.report.findings()).noneMatch(finding -> finding.rule().equals("SLB-01"));
    }

    private static void assertPlantedCause(Run run, String frontend, String staleAddress, int stalePort, String live) {
        Report.Destination dead = run.report.destinations().stream()
                .filter(destination -> destination.address().equals(staleAddress) && destination.port() == stalePort)
                .findFirst()
                .orElseThrow();
        assertThat(dead.classification()).isEqualTo("stale-backend-only");
        assertThat(dead.reply()).isEqualTo("none");
        assertThat(dead.inGenerations())
                .extracting(Report.InGeneration::mapId)
                .containsExactly(run.stale().path("backends").asInt());

        Report.Replay replay = run.report.replays().stream()
                .filter(candidate -> candidate.frontend().equals(frontend + "/TCP"))
                .findFirst()
                .orElseThrow();
        assertThat(replay.expected()).containsExactly(live);
        assertThat(replay.steps().get(0).program())
                .isEqualTo(run.stale().path("programs").path("connect4").asInt());
        assertThat(replay.steps().get(0).generation())
                .isEqualTo(run.stale().path("services").asInt());
        assertThat(replay.steps().get(1).program())
                .isEqualTo(run.live().path("programs").path("connect4").asInt());

        assertThat(run.report.generations())
                .filteredOn(generation -> Boolean.TRUE.equals(generation.current()))
                .extracting(Report.Generation::mapId)
                .contains(
                        run.live().path("services").asInt(),
                        run.live().path("backends").asInt());
    }

    /** A report and what the lab says of the incident behind it. */
    private record Run(Report report, JsonNode truth) {
        JsonNode stale() {
            return generation(false);
        }

        JsonNode live() {
            return generation(true);
        }

        private JsonNode generation(boolean current) {
            for (JsonNode generation : truth.path("generations")) {
                if (generation.path("current").asBoolean(false) == current) {
                    return generation;
                }
            }
            throw new AssertionError("the lab planted no such generation: " + truth);
        }

        List<String> frontends(String member) {
            List<String> frontends = new ArrayList<>();
            truth.path(member).forEach(frontend -> frontends.add(frontend.asString()));
            return frontends;
        }
    }

    private Run lab(String scenario, String... options) throws UnreadableBundleException {
        Path truth = folder.resolve("truth.json");
        List<String> argv = new ArrayList<>(List.of(
                Repository.root().resolve("sample-bundles/lab/lab").toString(),
                "run",
                scenario,
                "--output",
                folder.toString(),
                "--truth",
                truth.toString()));
        argv.addAll(List.of(options));
        Command command = Command.run(folder, argv);
        assertThat(command.exit()).as("%s%n%s", command.out(), command.err()).isZero();
        Path archive = Path.of(command.out().strip().lines().reduce("", (first, last) -> last));
        return new Run(Analysis.of(archive), JSON.readTree(truth.toFile()));
    }

    private static String commands(Report report) {
        return String.join(
                "\n",
                report.findings().get(0).remedy().stream()
                        .map(Report.Remedy::command)
                        .toList());
    }
}
