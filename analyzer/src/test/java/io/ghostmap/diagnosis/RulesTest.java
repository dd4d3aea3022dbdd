package io.ghostmap.diagnosis;

import static io.ghostmap.support.PcapFile.RST_ACK;
import static io.ghostmap.support.PcapFile.SYN;
import static io.ghostmap.support.PcapFile.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.report.Report;
import io.ghostmap.support.NodeBundle;
import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule on a small node: where it must speak, and where it must not. */
final class RulesTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String CONNECT = "cgroup_inet4_connect";
    private static final String PEER = "cgroup_inet4_getpeername";
    private static final String CLIENT = "10.0.0.1";
    private static final String DEAD = "172.16.149.220";
    private static final String ALIVE = "172.16.109.127";
    private static final int TCP = 6;
    private static final long SECOND = 1_000_000;

    @TempDir
    private Path folder;

    private static NodeBundle twoGenerations() {
        return new NodeBundle()
                .generation(27, 28, false)
                .service(27, "172.17.93.4:8080", TCP, 7)
                .backend(28, 7, DEAD + ":8080")
                .generation(144, 145, true)
                .service(144, "172.17.93.4:8080", TCP, 996)
                .backend(145, 996, ALIVE + ":8080")
                .program(109, "cil_sock4_connect", 27, 28)
                .program(160, "cil_sock4_connect", 144, 145);
    }

    private static NodeBundle healthy() {
        return new NodeBundle()
                .generation(144, 145, true)
                .service(144, "172.17.93.4:8080", TCP, 996)
                .backend(145, 996, ALIVE + ":8080")
                .program(160, "cil_sock4_connect", 144, 145)
                .link(12, 160, ROOT, CONNECT, "/sys/fs/bpf/cilium/socketlb/links/cgroup/cil_sock4_connect")
                .effective(ROOT, CONNECT, 160);
    }

    private static PcapFile unansweredTo(String address) {
        return PcapFile.cooked()
                .tcp(0, CLIENT, 4000, address, 8080, SYN, 1, 0)
                .tcp(SECOND, CLIENT, 4000, address, 8080, SYN, 1, 0);
    }

    private static PcapFile answeredBy(String address) {
        return PcapFile.cooked()
                .tcp(0, CLIENT, 4000, address, 8080, SYN, 1, 0)
                .tcp(90, address, 8080, CLIENT, 4000, SYN_ACK, 7, 2);
    }

    @Test
    void staleProgramFirstWithItsTrafficIsCritical() throws UnreadableBundleException {
        Report report = analyze(twoGenerations()
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 109, 160)
                .capture(unansweredTo(DEAD)));

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(finding(report, "SLB-01")).map(Report.Finding::confidence).contains("certain");
    }

    /** Programs 110 and 161 at getpeername4 read the same, current services, and each its own generation's reverse_sk. */
    private static NodeBundle partialWithReversePrograms() {
        return new NodeBundle()
                .generation(144, 145, true)
                .map(28, "hash", "cilium_lb4_back", 4, 12, "")
                .map(29, "lru_hash", "cilium_lb4_reve", 16, 8, "")
                .map(146, "lru_hash", "cilium_lb4_reve", 16, 8, "/sys/fs/bpf/tc/globals/cilium_lb4_reverse_sk")
                .service(144, "172.17.93.4:8080", TCP, 996)
                .backend(28, 996, DEAD + ":8080")
                .backend(145, 996, ALIVE + ":8080")
                .program(109, "cil_sock4_connect", 144, 28, 29)
                .program(110, "cil_sock4_getpeername", 144, 29)
                .program(160, "cil_sock4_connect", 144, 145, 146)
                .program(161, "cil_sock4_getpeername", 144, 146)
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .text("bpf/before/links.json", "[]")
                .capture(unansweredTo(DEAD));
    }

    @Test
    void remedyTakesTheReverseProgramsOfAStaleChainOffAsWell() throws UnreadableBundleException {
        Report report = analyze(
                partialWithReversePrograms().attach(ROOT, 110, PEER, "multi").attach(ROOT, 161, PEER, "multi"));

        assertThat(commands(report))
                .contains("bpftool cgroup detach /sys/fs/cgroup connect4 id 109\n"
                        + "bpftool cgroup detach /sys/fs/cgroup getpeername4 id 110")
                .doesNotContain("id 161\n", "detach /sys/fs/cgroup getpeername4 id 161");
        assertThat(report.hooks())
                .filteredOn(hook -> hook.attachType().equals("getpeername4"))
                .flatExtracting(Report.Hook::programs)
                .extracting(Report.Program::reads)
                .containsExactly("stale", "current");
    }

    @Test
    void remedyLeavesAReverseHookThatWouldHaveNoCurrentProgram() throws UnreadableBundleException {
        Report report = analyze(partialWithReversePrograms().attach(ROOT, 110, PEER, "multi"));

        assertThat(commands(report)).contains("connect4 id 109").doesNotContain("getpeername4 id 110");
        assertThat(finding(report, "SLB-01").orElseThrow().remedy())
                .extracting(Report.Remedy::effect)
                .anyMatch(effect -> effect.contains("Left attached: program 110 at getpeername4."));
    }

    private static String commands(Report report) {
        return finding(report, "SLB-01").orElseThrow().remedy().stream()
                .map(Report.Remedy::command)
                .collect(Collectors.joining("\n"));
    }

    @Test
    void staleProgramFirstWithOtherTrafficIsAWarning() throws UnreadableBundleException {
        Report report = analyze(twoGenerations()
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 109, 160)
                .capture(answeredBy("10.9.9.9")));

        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.verdict().title()).contains("does not confirm");
    }

    @Test
    void staleProgramBehindTheCurrentOneHarmsNothingThatTheCurrentKnows() throws UnreadableBundleException {
        Report report = analyze(twoGenerations()
                .attach(ROOT, 160, CONNECT, "multi")
                .attach(ROOT, 109, CONNECT, "multi")
                .effective(ROOT, CONNECT, 160, 109)
                .capture(answeredBy(ALIVE)));

        assertThat(report.blastRadius().affected()).isZero();
        assertThat(finding(report, "SLB-01")).map(Report.Finding::severity).contains("info");
    }

    /** An upgrade in the middle of which two programs read the same maps: the order makes no difference. */
    @Test
    void twoProgramsOnTheSameMapsAreNoTwoGenerations() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .program(170, "cil_sock4_connect", 144, 145)
                .attach(ROOT, 170, CONNECT, "multi")
                .effective(ROOT, CONNECT, 160, 170)
                .capture(answeredBy(ALIVE)));

        assertThat(report.verdict().severity()).isEqualTo("ok");
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void oldGenerationThatNoAttachedProgramReadsIsOnlyWorthKnowing() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .generation(27, 28, false)
                .service(27, "172.17.93.4:8080", TCP, 7)
                .backend(28, 7, DEAD + ":8080")
                .program(109, "cil_sock4_connect", 27, 28)
                .capture(answeredBy(ALIVE)));

        assertThat(report.verdict().severity()).isEqualTo("info");
        assertThat(finding(report, "SLB-02")).map(Report.Finding::severity).contains("info");
        assertThat(finding(report, "SLB-01")).isEmpty();
    }

    @Test
    void foreignProgramInTheChainIsNamedAndNotAccused() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .program(55, "other_vendor", 9)
                .attach(ROOT, 55, CONNECT, "multi")
                .effective(ROOT, CONNECT, 55, 160)
                .capture(answeredBy(ALIVE)));

        assertThat(report.verdict().severity()).isEqualTo("ok");
        assertThat(report.hooks().get(0).programs())
                .extracting(Report.Program::reads)
                .containsExactly("foreign", "current");
    }

    @Test
    void silentBackendOfTheCurrentGenerationIsNotTheNodesFault() throws UnreadableBundleException {
        Report report = analyze(healthy().capture(unansweredTo(ALIVE)));

        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.verdict().title()).contains("does not answer").contains("lead to it rightly");
        assertThat(finding(report, "SLB-28")).map(Report.Finding::confidence).contains("certain");
    }

    /** Frames of Ethernet do not say on which interface they were seen. */
    @Test
    void captureWithoutInterfacesSaysSo() throws UnreadableBundleException {
        PcapFile wire = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .tcp(0, CLIENT, 4000, ALIVE, 8080, SYN, 1, 0)
                .tcp(SECOND, CLIENT, 4000, ALIVE, 8080, SYN, 1, 0);

        assertThat(rivals(analyze(healthy().capture(wire)))).contains("1 capture, interfaces not named");
        assertThat(rivals(analyze(healthy().capture(unansweredTo(ALIVE)))))
                .anySatisfy(verdict -> assertThat(verdict).startsWith("1 capture, interfaces "));
    }

    private static List<String> rivals(Report report) {
        return finding(report, "SLB-28").orElseThrow().rivals().stream()
                .map(Report.Rival::verdict)
                .toList();
    }

    /** A report with a finding for each of thousands is read by nobody; all of them are among its destinations. */
    @Test
    void manySilentBackendsAreOneFindingAfterTheFirst() throws UnreadableBundleException {
        NodeBundle node = healthy();
        int[] ids = IntStream.range(1, 26).toArray();
        PcapFile pcap = PcapFile.cooked();
        for (int id : ids) {
            node.backend(145, id, "10.9.9." + id + ":8080");
            pcap.tcp(id, CLIENT, 4000 + id, "10.9.9." + id, 8080, SYN, 1, 0);
        }
        for (int id : ids) {
            pcap.tcp(SECOND + id, CLIENT, 4000 + id, "10.9.9." + id, 8080, SYN, 1, 0);
        }
        Report report = analyze(node.service(144, "172.17.93.5:8080", TCP, ids).capture(pcap));

        List<Report.Finding> silent = report.findings().stream()
                .filter(finding -> finding.rule().equals("SLB-28"))
                .toList();
        assertThat(silent).hasSize(21);
        assertThat(silent).extracting(Report.Finding::id).doesNotHaveDuplicates();
        assertThat(silent.get(20).title()).startsWith("5 more backends failed attempts");
        assertThat(silent.get(20).summary()).startsWith("5 attempts to 10.9.9.").contains(" and 2 more failed as well");
        assertThat(silent.get(20).supporting())
                .anySatisfy(citation -> assertThat(citation.locator()).contains("frame"));
        assertThat(report.destinations()).hasSize(25);
    }

    @Test
    void refusingBackendIsNamedAsSuch() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .capture(PcapFile.cooked()
                        .tcp(0, CLIENT, 4000, ALIVE, 8080, SYN, 1, 0)
                        .tcp(90, ALIVE, 8080, CLIENT, 4000, RST_ACK, 0, 2)));

        assertThat(report.verdict().title()).contains("refuses connections");
    }

    @Test
    void backendThatAnswersSometimesIsUnsteady() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .capture(answeredBy(ALIVE)
                        .tcp(SECOND, CLIENT, 4001, ALIVE, 8080, SYN, 9, 0)
                        .tcp(2 * SECOND, CLIENT, 4001, ALIVE, 8080, SYN, 9, 0)));

        assertThat(finding(report, "SLB-28"))
                .map(Report.Finding::title)
                .get()
                .asString()
                .contains("failed 1 of 2 attempts");
        assertThat(finding(report, "SLB-28"))
                .map(Report.Finding::against)
                .get()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(1);
    }

    @Test
    void addressThatNoGenerationKnowsIsNobodysBackend() throws UnreadableBundleException {
        Report report = analyze(healthy().capture(unansweredTo("10.9.9.9")));

        assertThat(report.destinations())
                .extracting(Report.Destination::classification)
                .containsExactly("in-no-generation");
        assertThat(finding(report, "SLB-28")).isEmpty();
    }

    @Test
    void serviceAddressOnTheWireIsNamed() throws UnreadableBundleException {
        Report report = analyze(healthy().capture(unansweredTo("172.17.93.4")));

        assertThat(report.destinations())
                .extracting(Report.Destination::classification)
                .containsExactly("untranslated-frontend");
    }

    @Test
    void droppedPacketsMakeSilenceUnprovable() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .capture(unansweredTo(ALIVE))
                .text(
                        "pcap/any.stderr",
                        "2 packets captured\n9 packets received by filter\n7 packets dropped by kernel\n"));

        assertThat(finding(report, "CAP-01")).map(Report.Finding::severity).contains("warning");
        assertThat(finding(report, "SLB-28")).isEmpty();
    }

    /** Three frontends of which the list says something else than the only map: more than a change in between. */
    @Test
    void mapThatHoldsAnotherBackendThanTheListIsDrift() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .service(144, "172.17.93.5:80", TCP, 996)
                .service(144, "172.17.93.6:80", TCP, 996)
                .text("cilium/lb-list.json", listOf("172.17.93.4:8080", "172.17.93.5:80", "172.17.93.6:80"))
                .capture(answeredBy(ALIVE)));

        Report.Finding drift = finding(report, "SLB-11").orElseThrow();
        assertThat(drift.severity()).isEqualTo("warning");
        assertThat(drift.title()).contains("agrees with Cilium's own list on 0 of 3 frontends");
        assertThat(drift.explanation().get(0))
                .contains("172.17.93.4:8080/TCP leads to 172.16.109.127:8080, stated 10.8.8.8:8080");
        assertThat(drift.supporting()).anyMatch(citation -> citation.file().equals("cilium/lb-list.json"));
    }

    @Test
    void oneFrontendThatDiffersFromTheListCanBeAChangeInBetween() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .text("cilium/lb-list.json", listOf("172.17.93.4:8080"))
                .capture(answeredBy(ALIVE)));

        assertThat(finding(report, "SLB-11")).map(Report.Finding::severity).contains("info");
    }

    @Test
    void mapThatHoldsWhatTheListSaysIsNoDrift() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .text("cilium/lb-list.json", listOf("172.17.93.4:8080").replace("10.8.8.8", ALIVE))
                .capture(answeredBy(ALIVE)));

        assertThat(finding(report, "SLB-11")).isEmpty();
    }

    /** {@code cilium-dbg bpf lb list -o json}, with one backend behind everything. */
    private static String listOf(String... frontends) {
        return Stream.of(frontends)
                .map(frontend -> "\"%s/TCP (1)\":[\"10.8.8.8:8080/TCP (408) (1)\"]".formatted(frontend))
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void limitsOfTheCaptureAreFindings() throws UnreadableBundleException {
        assertThat(rules(analyze(healthy().capture(PcapFile.cooked())))).contains("CAP-03");
    }

    @Test
    void captureThatEndedTooSoonIsNamed() throws UnreadableBundleException {
        Report report = analyze(healthy().capture(PcapFile.cooked().tcp(0, CLIENT, 4000, ALIVE, 8080, SYN, 1, 0)));

        assertThat(rules(report)).containsExactly("CAP-02");
        assertThat(report.destinations().get(0).reply()).isEqualTo("unknown");
    }

    @Test
    void changeBetweenTheReadingsIsNamed() throws UnreadableBundleException {
        Report report = analyze(healthy().capture(answeredBy(ALIVE)).text("bpf/after/maps.json", "[{\"id\":144}]"));

        assertThat(finding(report, "CAP-06"))
                .map(Report.Finding::supporting)
                .get()
                .asString()
                .contains("map 145 went");
    }

    @Test
    void mapsAloneWithoutTrafficAreInconclusive() throws UnreadableBundleException {
        assertThat(analyze(healthy().capture(PcapFile.cooked())).verdict().severity())
                .isEqualTo("inconclusive");
    }

    @Test
    void bundleWithoutMapsIsInconclusiveAndSaysWhatIsMissing() throws UnreadableBundleException {
        Report report = analyze(new NodeBundle()
                .text("bpf/before/maps.json", "[{\"error\":\"can't get next map: Operation not permitted\"}]")
                .text("bpf/after/maps.json", "")
                .capture(unansweredTo(DEAD)));

        assertThat(report.verdict().severity()).isEqualTo("inconclusive");
        assertThat(report.skipped()).extracting(Report.Skipped::rule).contains("SLB-01", "SLB-02", "SLB-28");
        assertThat(report.bundle().missing())
                .anySatisfy(missing -> assertThat(missing.reason()).contains("Operation not permitted"));
    }

    private Report analyze(NodeBundle node) throws UnreadableBundleException {
        return Analysis.of(node.write(folder));
    }

    private static Optional<Report.Finding> finding(Report report, String rule) {
        return report.findings().stream()
                .filter(finding -> finding.rule().equals(rule))
                .findFirst();
    }

    private static List<String> rules(Report report) {
        return report.findings().stream().map(Report.Finding::rule).toList();
    }
}
