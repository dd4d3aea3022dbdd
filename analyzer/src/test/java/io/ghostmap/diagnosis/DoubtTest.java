package io.ghostmap.diagnosis;

import static io.ghostmap.support.PcapFile.SYN;
import static io.ghostmap.support.PcapFile.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.report.Report;
import io.ghostmap.support.NodeBundle;
import io.ghostmap.support.PcapFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evidence that contradicts itself or lacks a row: nothing is called in order, and no command is printed on a guess. */
final class DoubtTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String POD = "/sys/fs/cgroup/kubepods.slice";
    private static final String LEAF = "/sys/fs/cgroup/kubepods.slice/pod1";
    private static final String CONNECT = "cgroup_inet4_connect";
    private static final String FALLBACK = "/run/cilium/bpffs/tc/globals/cilium_lb4_services_v2";
    private static final String PINNED = "/sys/fs/bpf/tc/globals/cilium_lb4_services_v2";
    private static final String DEAD = "172.16.149.220";
    private static final String ALIVE = "172.16.109.127";
    private static final int TCP = 6;

    @TempDir
    private Path folder;

    /** Two generations whose pins the test decides; the capture shows the dead backend, unanswered. */
    private static NodeBundle node(String oldPin, String newPin) {
        return entries(new NodeBundle()
                .map(27, "hash", "cilium_lb4_serv", 12, 12, oldPin)
                .map(28, "hash", "cilium_lb4_back", 4, 12, "")
                .map(144, "hash", "cilium_lb4_serv", 12, 12, newPin)
                .map(145, "hash", "cilium_lb4_back", 4, 12, ""));
    }

    private static NodeBundle entries(NodeBundle node) {
        return node.service(27, "172.17.93.4:8080", TCP, 7)
                .backend(28, 7, DEAD + ":8080")
                .service(144, "172.17.93.4:8080", TCP, 996)
                .backend(145, 996, ALIVE + ":8080")
                .program(109, "cil_sock4_connect", 27, 28)
                .program(160, "cil_sock4_connect", 144, 145)
                .text(
                        "node/mountinfo",
                        "36 29 0:31 / /sys/fs/bpf rw - bpf bpf rw\n37 29 0:32 / /run/cilium/bpffs rw - bpf bpf rw\n")
                .capture(PcapFile.cooked()
                        .tcp(0, "10.0.0.1", 4000, DEAD, 8080, SYN, 1, 0)
                        .tcp(1_000_000, "10.0.0.1", 4000, DEAD, 8080, SYN, 1, 0));
    }

    private static NodeBundle attachedBoth(NodeBundle node) {
        return node.attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 109, 160);
    }

    /** The agent fell back to its second bpffs; what is pinned in the first are leftovers. */
    @Test
    void whatTheAgentHoldsOpenOutweighsThePlaceOfAPin() throws UnreadableBundleException {
        Report report = analyze(attachedBoth(node(PINNED, FALLBACK))
                .text("bpf/holders.tsv", "#pid\tcomm\tfd\tkind\tid\n77\tcilium-agent\t9\tmap\t144\n"));

        assertThat(generation(report, 144).current()).isTrue();
        assertThat(generation(report, 27).current()).isFalse();
        assertThat(generation(report, 145).current())
                .as("backends follow the services")
                .isTrue();
    }

    @Test
    void contradictingSignsCallNothingStaleAndDetachNothing() throws UnreadableBundleException {
        Report report = analyze(attachedBoth(node(PINNED, ""))
                .text("bpf/holders.tsv", "#pid\tcomm\tfd\tkind\tid\n77\tcilium-agent\t9\tmap\t144\n"));

        assertThat(generation(report, 27).current()).isNull();
        assertThat(generation(report, 144).current()).isNull();
        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.verdict().title()).contains("contradict");
        assertThat(commands(report)).doesNotContain("detach").doesNotContain("rm ");
    }

    @Test
    void guessByAgeIsNoCertainty() throws UnreadableBundleException {
        Report report = analyze(attachedBoth(node("", "")));

        assertThat(report.findings().get(0).confidence()).isEqualTo("possible");
    }

    @Test
    void nothingIsDetachedWhereNoCurrentProgramWouldStay() throws UnreadableBundleException {
        Report report =
                analyze(node("", PINNED).attach(ROOT, 109, CONNECT, "multi").effective(ROOT, CONNECT, 109));

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(commands(report)).doesNotContain("detach").contains("bpftool cgroup tree");
    }

    @Test
    void detachNamesTheCgroupWhereTheProgramIsAttached() throws UnreadableBundleException {
        Report report = analyze(node("", PINNED)
                .attach(ROOT, 160, CONNECT, "multi")
                .attach(POD, 109, CONNECT, "multi")
                .effective(LEAF, CONNECT, 109, 160));

        assertThat(commands(report))
                .contains("bpftool cgroup detach " + POD + " connect4 id 109")
                .doesNotContain("detach " + LEAF);
    }

    @Test
    void exclusiveFlagChangesThePrecondition() throws UnreadableBundleException {
        Report report = analyze(node("", PINNED)
                .attach(POD, 109, CONNECT, "")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(POD, CONNECT, 109, 160));

        assertThat(report.findings().get(0).remedy())
                .anySatisfy(step -> assertThat(step.precondition()).contains("exclusive flag"));
    }

    @Test
    void onlyPinsBelowABpffsAreRemoved() throws UnreadableBundleException {
        for (String evil : List.of("/etc/shadow", "/run/cilium/bpffs/../../../etc/shadow", "/run/cilium/bpffs/./x")) {
            Report report = analyze(node("", PINNED)
                    .link(12, 109, ROOT, CONNECT, evil)
                    .link(13, 160, ROOT, CONNECT, "/sys/fs/bpf/cilium/socketlb/links/cgroup/cil_sock4_connect")
                    .effective(ROOT, CONNECT, 109, 160));

            assertThat(commands(report))
                    .contains("bpftool link detach id 12")
                    .doesNotContain("rm ")
                    .doesNotContain("shadow");
        }
    }

    @Test
    void pinInASecondBpffsIsRemovedBehindAGuard() throws UnreadableBundleException {
        Report report = analyze(node("", PINNED)
                .link(12, 109, ROOT, CONNECT, "/run/cilium/bpffs/links/x")
                .link(13, 160, ROOT, CONNECT, "/sys/fs/bpf/cilium/socketlb/links/cgroup/cil_sock4_connect")
                .effective(ROOT, CONNECT, 109, 160));

        assertThat(commands(report))
                .contains(
                        "[ \"$(stat -f -c %T /run/cilium/bpffs/links/x)\" = bpf_fs ] && rm /run/cilium/bpffs/links/x");
    }

    @Test
    void severedLinkAndCgroupTreeContradictEachOther() throws UnreadableBundleException {
        Report report = analyze(attachedBoth(node("", PINNED))
                .text(
                        "bpf/before/links.json",
                        "[{\"id\":12,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":0,"
                                + "\"attach_type\":\"cgroup_inet4_connect\"}]"));

        assertThat(report.hooks().get(0).programs().get(0).via()).isEqualTo("unknown");
        assertThat(commands(report)).doesNotContain("cgroup detach " + ROOT);
    }

    @Test
    void linkOnADyingCgroupStillCounts() throws UnreadableBundleException {
        Report report = analyze(node("", PINNED)
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 160)
                .text(
                        "bpf/before/links.json",
                        "[{\"id\":12,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":4711,"
                                + "\"attach_type\":\"cgroup_inet4_connect\"}]"));

        assertThat(report.hooks()).extracting(Report.Hook::cgroup).contains("cgroup id 4711 (its directory is gone)");
        assertThat(report.findings()).extracting(Report.Finding::rule).contains("SLB-01");
    }

    @Test
    void mapThatNoListHasIsUnknownAndNotAbsent() throws UnreadableBundleException {
        String withoutOld =
                "[{\"id\":144,\"type\":\"hash\",\"name\":\"cilium_lb4_serv\",\"bytes_key\":12,\"bytes_value\":12,"
                        + "\"pinned\":[\"" + PINNED
                        + "\"]},{\"id\":145,\"type\":\"hash\",\"name\":\"cilium_lb4_back\",\"bytes_key\":4,"
                        + "\"bytes_value\":12}]";
        Report report = analyze(attachedBoth(node("", PINNED))
                .text("bpf/before/maps.json", withoutOld)
                .text("bpf/after/maps.json", withoutOld));

        assertThat(report.verdict().severity()).isEqualTo("inconclusive");
        assertThat(report.blastRadius().undecided()).isPositive();
        assertThat(report.bundle().missing())
                .anySatisfy(missing ->
                        assertThat(missing.reason()).contains("lacks maps [27, 28], which program 109 references"));
    }

    @Test
    void programThatNoListHasIsUnknownAndNotForeign() throws UnreadableBundleException {
        Report report = analyze(attachedBoth(node("", PINNED))
                .text(
                        "bpf/before/programs.json",
                        "[{\"id\":160,\"type\":\"cgroup_sock_addr\",\"name\":\"cil_sock4_connect\",\"map_ids\":[144,145]}]")
                .text("bpf/after/programs.json", "[]"));

        assertThat(report.hooks().get(0).programs().get(0).reads()).isEqualTo("unknown");
        assertThat(report.blastRadius().undecided()).isPositive();
    }

    @Test
    void namelessProgramIsKnownByItsMaps() throws UnreadableBundleException {
        Report report = analyze(attachedBoth(entries(new NodeBundle()
                        .generation(27, 28, false)
                        .generation(144, 145, true)
                        .program(55, "", 27, 28)))
                .attach(POD, 55, CONNECT, "multi"));

        assertThat(report.hooks().stream().flatMap(hook -> hook.programs().stream()))
                .filteredOn(program -> program.id() == 55)
                .extracting(Report.Program::reads)
                .containsOnly("stale");
    }

    @Test
    void orderThatContradictsTheTreeIsNamed() throws UnreadableBundleException {
        Report report = analyze(node("", PINNED)
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 160));

        assertThat(report.bundle().missing())
                .anySatisfy(missing -> assertThat(missing.reason()).contains("lacks program 109 at connect4"));
    }

    @Test
    void mappedAddressesGoThroughTheIpv6Hook() throws UnreadableBundleException {
        Report report = analyze(node("", PINNED)
                .program(110, "cil_sock6_connect", 27, 28)
                .program(161, "cil_sock6_connect", 144, 145)
                .attach(ROOT, 160, CONNECT, "multi")
                .attach(ROOT, 110, "cgroup_inet6_connect", "multi")
                .attach(ROOT, 161, "cgroup_inet6_connect", "multi")
                .effective(ROOT, CONNECT, 160));

        assertThat(report.replays())
                .filteredOn(Report.Replay::affected)
                .extracting(Report.Replay::attachType)
                .containsExactly("connect6");
    }

    @Test
    void countOfTensOfThousandsStaysSmall() throws UnreadableBundleException {
        Report report =
                analyze(attachedBoth(node("", PINNED).serviceWithCount(27, "172.17.0.9:80", TCP, 0, 0, 0xffff, 7)));

        assertThat(report.replays())
                .filteredOn(replay -> replay.frontend().equals("172.17.0.9:80/TCP"))
                .singleElement()
                .satisfies(
                        replay -> assertThat(replay.outcome())
                                .containsExactlyInAnyOrder(
                                        DEAD + ":8080",
                                        "refused: 65534 of 65535 slots of 172.17.0.9:80/TCP are missing (EPERM or EHOSTUNREACH)"));
    }

    @Test
    void noProgramOnAnyHookIsNotInOrder() throws UnreadableBundleException {
        Report report = analyze(new NodeBundle()
                .generation(144, 145, true)
                .service(144, "172.17.93.4:8080", TCP, 996)
                .backend(145, 996, ALIVE + ":8080")
                .capture(PcapFile.cooked()
                        .tcp(0, "10.0.0.1", 4000, ALIVE, 8080, SYN, 1, 0)
                        .tcp(9, ALIVE, 8080, "10.0.0.1", 4000, SYN_ACK, 7, 2)));

        assertThat(report.verdict().severity()).isEqualTo("inconclusive");
    }

    private Report analyze(NodeBundle node) throws UnreadableBundleException {
        return Analysis.of(node.write(folder));
    }

    private static Report.Generation generation(Report report, int mapId) {
        return report.generations().stream()
                .filter(generation -> generation.mapId() == mapId)
                .findFirst()
                .orElseThrow();
    }

    private static String commands(Report report) {
        return report.findings().stream()
                .flatMap(finding -> finding.remedy().stream())
                .map(Report.Remedy::command)
                .reduce("", (all, command) -> all + command + "\n");
    }
}
