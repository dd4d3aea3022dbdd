package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.HtmlRenderer;
import io.ghostmap.report.Report;
import io.ghostmap.report.ReportBuilder;
import io.ghostmap.report.ReportModel;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed captures of a live kernel, and what must be found in each. */
final class SampleBundlesTest {
    private static final String FRONTEND = "172.17.93.4:8080/TCP";

    @Test
    void staleGenerationIsTheFoundingIncident() throws UnreadableBundleException {
        Report report = analyze("stale-generation");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        Report.Destination dead = destination(report, "172.16.149.220", 8080);
        assertThat(dead.classification()).isEqualTo("stale-backend-only");
        assertThat(dead.inGenerations()).isNotEmpty().allSatisfy(in -> {
            assertThat(in.as()).isEqualTo("backend");
            assertThat(in.current()).isFalse();
        });
        assertThat(dead.frontends()).containsExactly(FRONTEND);
        assertThat(dead.reply()).isEqualTo("none");
        assertThat(dead.packet()).startsWith("172.16.168.150.56306 > 172.16.149.220.8080: Flags [S]");

        Report.Replay replay = replay(report, FRONTEND);
        assertThat(replay.expected()).containsExactly("172.16.109.127:8080");
        assertThat(replay.outcome()).containsExactly("172.16.149.220:8080");
        assertThat(replay.affected()).isTrue();
        Report.Step first = replay.steps().get(0);
        assertThat(first.current()).isFalse();
        assertThat(first.entries())
                .extracting(c -> c.locator())
                .first()
                .isEqualTo("key ac 11 5d 04 1f 90 00 00 06 00 00 00");
        assertThat(replay.steps().get(1).current()).isTrue();
        assertThat(report.destinations())
                .noneMatch(destination -> destination.address().equals("172.17.93.4"));
    }

    /** Packed again by hand, from a folder of any name, that of a part of a bundle included. */
    @ParameterizedTest
    @ValueSource(strings = {"node", "bpf", "case 17", "."})
    void bundlesFolderMayHaveAnyName(String name, @TempDir Path folder) throws IOException, UnreadableBundleException {
        Path unpacked = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("unpacked"));
        List<byte[]> members = new ArrayList<>(List.of(Archives.member(name + "/", '5', 0, new byte[0])));
        try (Stream<Path> files = Files.walk(unpacked)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                byte[] content = Files.readAllBytes(file);
                members.add(Archives.member(name + "/" + unpacked.relativize(file), '0', content.length, content));
            }
        }
        Path archive = folder.resolve("again.tar");
        Files.write(archive, Archives.tar(members.toArray(byte[][]::new)));

        Report report = Analysis.of(archive);

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(report.bundle().missing())
                .isEqualTo(analyze("stale-generation").bundle().missing());
    }

    @Test
    void staleGenerationIsRemediedWithoutALink() throws UnreadableBundleException {
        Report report = analyze("stale-generation");

        int program = replay(report, FRONTEND).steps().get(0).program();
        assertThat(commands(report))
                .contains("bpftool cgroup detach /sys/fs/cgroup connect4 id " + program)
                .doesNotContain("link detach")
                .contains("systemctl reboot");
    }

    @Test
    void staleGenerationBehindALinkIsRemediedThroughTheLink() throws UnreadableBundleException {
        Report report = analyze("stale-generation-link");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        Report.Program stale = connect4(report).programs().get(0);
        assertThat(stale.reads()).isEqualTo("stale");
        assertThat(stale.via()).isEqualTo("link");
        assertThat(commands(report))
                .contains("bpftool link detach id " + stale.linkId())
                .doesNotContain("bpftool cgroup detach")
                .contains("rm /run/cilium/bpffs/");
    }

    @Test
    void healthyNodeIsOk() throws UnreadableBundleException {
        Report report = analyze("healthy");

        assertThat(report.verdict().severity()).isEqualTo("ok");
        assertThat(report.findings()).allMatch(finding -> finding.severity().equals("info"));
        assertThat(report.blastRadius().affected()).isZero();
        assertThat(report.blastRadius().frontends()).isGreaterThan(250);
        assertThat(report.destinations()).isNotEmpty().allMatch(d -> d.reply().equals("answered"));
    }

    @Test
    void noTrafficNamesTheStaleGenerationAndSaysThatNothingConfirmsIt() throws UnreadableBundleException {
        Report report = analyze("no-traffic");

        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.destinations()).isEmpty();
        int stale = report.generations().stream()
                .filter(generation ->
                        generation.role().equals("services/IPv4") && Boolean.FALSE.equals(generation.current()))
                .findFirst()
                .orElseThrow()
                .mapId();
        assertThat(report.verdict().title()).contains("map " + stale);
        assertThat(report.findings()).extracting(Report.Finding::rule).contains("CAP-03");
    }

    /** The old programs were attached last, to a child: they run first for its pods, and for nobody else. */
    @Test
    void childCgroupRunsFirstForItsPodsAlone() throws UnreadableBundleException {
        Report report = analyze("child-cgroup-first");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        Report.Replay inPods = report.replays().stream()
                .filter(replay -> replay.frontend().equals(FRONTEND)
                        && replay.cgroup().endsWith("/kubepods.slice")
                        && replay.attachType().equals("connect4"))
                .findFirst()
                .orElseThrow();
        assertThat(inPods.outcome()).containsExactly("172.16.149.220:8080");
        assertThat(inPods.steps().get(0).program())
                .isGreaterThan(inPods.steps().get(1).program());
        assertThat(inPods.steps().get(0).current()).isFalse();
        assertThat(report.replays())
                .filteredOn(replay -> replay.cgroup().equals("/sys/fs/cgroup"))
                .noneMatch(Report.Replay::affected);
        assertThat(destination(report, "172.16.109.127", 8080).reply()).isEqualTo("answered");
        assertThat(commands(report))
                .contains("bpftool cgroup detach /sys/fs/cgroup/kubepods.slice connect4 id "
                        + inPods.steps().get(0).program());
    }

    @Test
    void preorderIsSeenInTheKernelsOrderAlone() throws UnreadableBundleException {
        Report report = analyze("preorder");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        Report.Hook hook = connect4(report);
        assertThat(hook.orderFrom()).isEqualTo("effective");
        assertThat(hook.programs().get(0).reads()).isEqualTo("stale");
        assertThat(hook.programs().get(0).id())
                .isGreaterThan(hook.programs().get(1).id());
        assertThat(hook.remark()).contains("BPF_F_PREORDER");
    }

    /** Nothing of a refused connect is on the wire: the replay is all that there is. */
    @Test
    void refusedConnectsAreToldWithTheErrorThatTheApplicationSees() throws UnreadableBundleException {
        Report report = analyze("no-backends");

        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.verdict().summary()).contains("172.17.66.195:6379");
        assertThat(report.replays()).filteredOn(Report.Replay::affected).anySatisfy(replay -> {
            assertThat(replay.outcome()).containsExactly("refused: the service has no backend (EHOSTUNREACH)");
            assertThat(replay.expected()).isNotEmpty().noneMatch(end -> end.startsWith("refused"));
            assertThat(replay.observedSyns()).isZero();
        });
    }

    @Test
    void serviceAddressOnTheWireIsTracedToTheCgroupOfThePrograms() throws UnreadableBundleException {
        Report report = analyze("untranslated");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(report.findings().get(0).rule()).isEqualTo("SLB-04");
        assertThat(report.verdict().title()).contains("172.17.93.4:8080").contains("kubepods-burstable-pod");
        assertThat(destination(report, "172.17.93.4", 8080).classification()).isEqualTo("untranslated-frontend");
        assertThat(report.findings().get(0).example())
                .isEqualTo(new Report.Example(FRONTEND, "/sys/fs/cgroup", "connect4"));
        assertThat(report.replays())
                .filteredOn(replay -> replay.frontend().equals(FRONTEND))
                .singleElement()
                .satisfies(replay -> {
                    assertThat(replay.steps()).isEmpty();
                    assertThat(replay.outcome()).containsExactly("172.17.93.4:8080 (untranslated)");
                    assertThat(replay.expected()).containsExactly("172.16.109.127:8080");
                    assertThat(replay.affected()).isTrue();
                    assertThat(replay.observedSyns()).isPositive();
                });
        assertThat(report.findings()).noneMatch(finding -> finding.rule().equals("SLB-01"));
    }

    /** Today's services over yesterday's backends: the wrong service answers. */
    @Test
    void partialRegenerationReachesAHealthyButWrongService() throws UnreadableBundleException {
        Report report = analyze("partial-regeneration");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(report.generations())
                .filteredOn(generation -> generation.role().equals("services/IPv4"))
                .hasSize(1);
        assertThat(report.generations())
                .filteredOn(generation -> generation.role().equals("backends/IPv4"))
                .extracting(Report.Generation::current)
                .containsExactly(false, true);
        assertThat(report.generations())
                .filteredOn(generation -> Boolean.FALSE.equals(generation.current()))
                .anySatisfy(stale -> assertThat(report.verdict().title()).contains("backends map " + stale.mapId()));
        assertThat(String.join("\n", report.findings().get(0).explanation())).contains("SLB-03");
        assertThat(report.findings())
                .as("read by the current program the services are what Cilium lists")
                .noneMatch(finding -> finding.rule().equals("SLB-11"));
        assertThat(report.destinations())
                .filteredOn(destination -> destination.reply().equals("answered"))
                .isNotEmpty();
    }

    /** What is current of a program's maps decides nothing, if another of them is old. */
    @Test
    void programOverOldBackendsIsDrawnAsStale() throws UnreadableBundleException {
        Report report = analyze("partial-regeneration");

        Report.Replay headline = replayOfTheVerdict(report);
        assertThat(report.verdict().title()).contains(headline.frontend().replace("/TCP", ""));
        Report.Step guilty = headline.steps().get(0);
        assertThat(guilty.reads())
                .extracting(Report.Reading::role, Report.Reading::current)
                .containsExactly(tuple("services/IPv4", true), tuple("backends/IPv4", false));
        assertThat(guilty.current()).isFalse();
        assertThat(headline.steps().get(1).current()).isTrue();
    }

    /** The page draws what its title claims. */
    @ParameterizedTest
    @FieldSource("io.ghostmap.support.Repository#SAMPLES")
    void drawnPathIsThatOfTheHeadline(String sample) throws UnreadableBundleException {
        ReportModel model = Analysis.modelOf(Repository.sample(sample));
        Report report = ReportBuilder.build(model);
        String html = Jsoup.parse(HtmlRenderer.render(model)).text();
        Optional<Report.Example> example = report.findings().stream()
                .filter(finding -> finding.id().equals(report.verdict().finding()))
                .map(Report.Finding::example)
                .filter(named -> !named.frontend().isEmpty())
                .findFirst();

        example.ifPresent(named -> assertThat(html).contains("Where a connection to " + named.frontend() + " goes"));
        assertThat(example.isPresent())
                .isEqualTo(List.of("SLB-01", "SLB-04").contains(report.verdict().finding()));
    }

    @Test
    void untranslatedIsRemediedByExactPaths() throws UnreadableBundleException {
        assertThat(commands(analyze("untranslated")))
                .contains("rm /sys/fs/bpf/cilium/socketlb/links/cgroup/cil_sock4_connect")
                .contains("rm /sys/fs/bpf/cilium/socketlb/links/cgroup/cil_sock4_getpeername")
                .doesNotContain("*")
                .contains("spec.nodeName=worker-7");
    }

    /** Only AF_INET6 sockets go wrong, and what they ask for is in the IPv4 maps. */
    @Test
    void mappedAddressesGoWrongWhileIpv4SocketsDoNot() throws UnreadableBundleException {
        Report report = analyze("v4-in-v6");

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(report.replays())
                .filteredOn(Report.Replay::affected)
                .isNotEmpty()
                .extracting(Report.Replay::attachType)
                .containsOnly("connect6");
        assertThat(destination(report, "172.16.149.220", 8080).reply()).isEqualTo("none");
        assertThat(destination(report, "172.16.109.127", 8080).reply()).isEqualTo("answered");
        assertThat(report.verdict().title()).contains("AF_INET6");
        assertThat(commands(report)).contains(" connect6 id ").doesNotContain(" connect4 id ");
    }

    /** IPv6 services through connect6 and the maps of IPv6; the hooks of IPv4 have stale programs too, and nothing to tell. */
    @Test
    void ipv6ServicesGoAstrayAtConnect6() throws UnreadableBundleException {
        Report report = analyze("ipv6");

        Report.Replay headline = replayOfTheVerdict(report);
        Report.Step guilty = headline.steps().get(0);
        assertThat(headline.frontend()).isEqualTo("[fd00::ac11:5d04]:8080/TCP");
        assertThat(headline.attachType()).isEqualTo("connect6");
        assertThat(headline.outcome()).containsExactly("[fd00::ac10:95dc]:8080");
        assertThat(headline.expected()).containsExactly("[fd00::ac10:6d7f]:8080");
        assertThat(guilty.reads()).extracting(Report.Reading::role).containsExactly("services/IPv6", "backends/IPv6");
        assertThat(guilty.entries().get(0).locator())
                .isEqualTo("key fd 00 00 00 00 00 00 00 00 00 00 00 ac 11 5d 04 1f 90 00 00 06 00 00 00");
        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(report.verdict().title())
                .contains("program " + guilty.program())
                .contains("[fd00::ac11:5d04]:8080")
                .contains("[fd00::ac10:95dc]:8080");
        assertThat(report.verdict().summary()).contains("12 of 302");
        assertThat(destination(report, "fd00::ac10:95dc", 8080).reply()).isEqualTo("none");
        assertThat(destination(report, "fd00::ac10:95dc", 8080).packet())
                .startsWith("fd00::ac10:a896.56306 > fd00::ac10:95dc.8080: Flags [S]");
        assertThat(commands(report))
                .contains("connect6 id " + guilty.program())
                .contains("pinned /sys/fs/bpf/tc/globals/cilium_lb6_services_v2");
        assertThat(Jsoup.parse(HtmlRenderer.render(Analysis.modelOf(Repository.sample("ipv6"))))
                        .text())
                .contains("[fd00::ac10:95dc]:8080");
    }

    /** Another node's Cilium on the same kernel is none of this node's business. */
    @Test
    void secondCiliumOnTheKernelIsNotAccused() throws UnreadableBundleException {
        Report report = analyze("two-ciliums");

        assertThat(report.findings())
                .as(report.verdict().title())
                .noneMatch(finding -> finding.severity().equals("critical")
                        || finding.severity().equals("warning"));
        assertThat(report.verdict().severity()).isEqualTo("info");
        assertThat(report.findings()).extracting(Report.Finding::rule).containsExactly("SLB-30");
        assertThat(report.verdict().summary()).contains("0 of 302");
    }

    @ParameterizedTest
    @FieldSource("io.ghostmap.support.Repository#SAMPLES")
    void nothingIsMissingAndTheFileIsSmall(String sample) throws UnreadableBundleException, IOException {
        Report report = analyze(sample);

        assertThat(report.bundle().missing()).isEmpty();
        assertThat(report.skipped()).isEmpty();
        assertThat(report.bundle().standIns()).containsExactly("cilium-dbg", "kubectl");
        assertThat(Files.size(Repository.sample(sample))).isLessThan(400_000);
    }

    private static Report analyze(String sample) throws UnreadableBundleException {
        return Analysis.of(Repository.sample(sample));
    }

    private static Report.Destination destination(Report report, String address, int port) {
        return report.destinations().stream()
                .filter(destination -> destination.address().equals(address) && destination.port() == port)
                .findFirst()
                .orElseThrow();
    }

    private static Report.Replay replay(Report report, String frontend) {
        return report.replays().stream()
                .filter(replay -> replay.frontend().equals(frontend))
                .findFirst()
                .orElseThrow();
    }

    private static Report.Replay replayOfTheVerdict(Report report) {
        Report.Example named = report.findings().get(0).example();
        return report.replays().stream()
                .filter(replay ->
                        new Report.Example(replay.frontend(), replay.cgroup(), replay.attachType()).equals(named))
                .findFirst()
                .orElseThrow();
    }

    private static Report.Hook connect4(Report report) {
        return report.hooks().stream()
                .filter(hook -> hook.attachType().equals("connect4"))
                .findFirst()
                .orElseThrow();
    }

    private static String commands(Report report) {
        List<String> commands = report.findings().get(0).remedy().stream()
                .map(Report.Remedy::command)
                .toList();
        return String.join("\n", commands);
    }
}
