package io.ghostmap.replay;

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

/** What becomes of a connect, told from the bundle of a small node: an old generation 27/28 and a current 144/145. */
final class ReplayTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String POD = "/sys/fs/cgroup/kubepods/pod1";
    private static final String CONNECT = "cgroup_inet4_connect";
    private static final String FRONTEND = "172.17.93.4:8080";
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TWO_SCOPES = 0x20;

    @TempDir
    private Path folder;

    private static NodeBundle twoGenerations() {
        return new NodeBundle()
                .generation(27, 28, false)
                .service(27, FRONTEND, TCP, 7)
                .backend(28, 7, "172.16.149.220:8080")
                .generation(144, 145, true)
                .service(144, FRONTEND, TCP, 996)
                .backend(145, 996, "172.16.109.127:8080")
                .program(109, "cil_sock4_connect", 27, 28)
                .program(160, "cil_sock4_connect", 144, 145);
    }

    @Test
    void olderGenerationWinsWhenAttachedFirst() throws UnreadableBundleException {
        Report.Replay replay = only(twoGenerations()
                .attach(ROOT, 109, CONNECT, "multi")
                .link(12, 160, ROOT, CONNECT, "/sys/fs/bpf/cilium/socketlb/links/cgroup/cil_sock4_connect")
                .effective(ROOT, CONNECT, 109, 160));

        assertThat(replay.outcome()).containsExactly("172.16.149.220:8080");
        assertThat(replay.expected()).containsExactly("172.16.109.127:8080");
        assertThat(replay.affected()).isTrue();
        assertThat(replay.steps()).extracting(Report.Step::program).containsExactly(109, 160);
        assertThat(replay.steps().get(1).before()).isEqualTo("172.16.149.220:8080");
    }

    @Test
    void currentGenerationWinsWhenAttachedFirst() throws UnreadableBundleException {
        Report.Replay replay = only(twoGenerations()
                .attach(ROOT, 160, CONNECT, "multi")
                .attach(ROOT, 109, CONNECT, "multi")
                .effective(ROOT, CONNECT, 160, 109)
                .capture(PcapFile.cooked().tcp(0, "10.0.0.1", 4000, "172.16.109.127", 8080, 2, 1, 0)));

        assertThat(replay.outcome()).containsExactly("172.16.109.127:8080");
        assertThat(replay.affected()).isFalse();
    }

    @Test
    void programOfTheChildRunsBeforeThatOfTheParent() throws UnreadableBundleException {
        Report report =
                analyze(twoGenerations().attach(ROOT, 160, CONNECT, "multi").attach(POD, 109, CONNECT, "multi"));

        assertThat(hookAt(report, POD).programs())
                .extracting(Report.Program::id)
                .containsExactly(109, 160);
        assertThat(hookAt(report, POD).orderFrom()).isEqualTo("computed");
        assertThat(hookAt(report, ROOT).programs())
                .extracting(Report.Program::id)
                .containsExactly(160);
        assertThat(report.replays())
                .filteredOn(Report.Replay::affected)
                .extracting(Report.Replay::cgroup)
                .containsExactly(POD);
    }

    @Test
    void overridingParentStandsBackBehindItsChild() throws UnreadableBundleException {
        Report report =
                analyze(twoGenerations().attach(ROOT, 160, CONNECT, "override").attach(POD, 109, CONNECT, "multi"));

        assertThat(hookAt(report, POD).programs())
                .extracting(Report.Program::id)
                .containsExactly(109);
    }

    @Test
    void theKernelsOwnOrderOutweighsTheComputedOne() throws UnreadableBundleException {
        Report report = analyze(twoGenerations()
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 160, 109)); // attached with PREORDER or BEFORE, which the tree does not show

        assertThat(hookAt(report, ROOT).programs())
                .extracting(Report.Program::id)
                .containsExactly(160, 109);
        assertThat(hookAt(report, ROOT).orderFrom()).isEqualTo("effective");
    }

    @Test
    void serviceWithoutBackendIsRefused() throws UnreadableBundleException {
        Report.Replay replay = only(
                twoGenerations()
                        .serviceWithCount(27, "172.17.0.9:80", TCP, 0, 0, 0)
                        .service(144, "172.17.0.9:80", TCP, 996)
                        .attach(ROOT, 109, CONNECT, "multi")
                        .attach(ROOT, 160, CONNECT, "multi")
                        .effective(ROOT, CONNECT, 109, 160),
                "172.17.0.9:80/TCP");

        assertThat(replay.outcome()).containsExactly("refused: the service has no backend (EPERM or EHOSTUNREACH)");
    }

    @Test
    void programsUpTo112PassWhatLeadsNowhere() throws UnreadableBundleException {
        Report.Replay replay = only(
                new NodeBundle()
                        .map(27, "hash", "cilium_lb4_serv", 12, 12, "")
                        .map(28, "hash", "cilium_lb4_back", 4, 8, "")
                        .serviceWithCount(27, FRONTEND, 0, 0, 0, 0)
                        .generation(144, 145, true)
                        .service(144, FRONTEND, TCP, 996)
                        .backend(145, 996, "172.16.109.127:8080")
                        .program(109, "sock4_connect", 27, 28)
                        .program(160, "cil_sock4_connect", 144, 145)
                        .attach(ROOT, 109, CONNECT, "multi")
                        .attach(ROOT, 160, CONNECT, "multi")
                        .effective(ROOT, CONNECT, 109, 160)
                        .capture(PcapFile.cooked().tcp(0, "10.0.0.1", 4000, "172.16.109.127", 8080, 2, 1, 0)),
                "172.17.93.4:8080/TCP");

        assertThat(replay.outcome()).containsExactly("172.16.109.127:8080");
    }

    @Test
    void missingSlotIsRefusedAndTheOthersStayPossible() throws UnreadableBundleException {
        Report.Replay replay = only(
                twoGenerations()
                        .serviceWithCount(27, "172.17.0.9:80", TCP, 0, 0, 2, 7)
                        .service(144, "172.17.0.9:80", TCP, 996)
                        .attach(ROOT, 109, CONNECT, "multi")
                        .attach(ROOT, 160, CONNECT, "multi")
                        .effective(ROOT, CONNECT, 109, 160),
                "172.17.0.9:80/TCP");

        assertThat(replay.outcome())
                .containsExactlyInAnyOrder(
                        "172.16.149.220:8080",
                        "refused: 1 of 2 slots of 172.17.0.9:80/TCP are missing (EPERM or EHOSTUNREACH)");
    }

    @Test
    void slotsBeyondTheCountAreNeverChosen() throws UnreadableBundleException {
        Report.Replay replay = only(
                twoGenerations()
                        .backend(28, 8, "172.16.0.8:80")
                        .serviceWithCount(27, "172.17.0.9:80", TCP, 0, 0, 1, 7, 8)
                        .attach(ROOT, 109, CONNECT, "multi")
                        .attach(ROOT, 160, CONNECT, "multi")
                        .effective(ROOT, CONNECT, 109, 160),
                "172.17.0.9:80/TCP");

        assertThat(replay.outcome()).containsExactly("172.16.149.220:8080");
    }

    @Test
    void twoScopesLeadInClusterClientsToTheInternalOne() throws UnreadableBundleException {
        Report.Replay replay = only(
                twoGenerations()
                        .backend(28, 8, "172.16.0.8:80")
                        .serviceWithCount(27, "172.17.0.9:80", TCP, 0, TWO_SCOPES, 1, 7)
                        .serviceWithCount(27, "172.17.0.9:80", TCP, 1, TWO_SCOPES, 1, 8)
                        .attach(ROOT, 109, CONNECT, "multi")
                        .attach(ROOT, 160, CONNECT, "multi")
                        .effective(ROOT, CONNECT, 109, 160),
                "172.17.0.9:80/TCP");

        assertThat(replay.outcome()).containsExactly("172.16.0.8:80");
    }

    /** Both generations use id 7, for different backends: a slot is only looked up in its own view. */
    @Test
    void backendIdsAreNeverJoinedAcrossGenerations() throws UnreadableBundleException {
        Report.Replay replay = only(twoGenerations()
                .backend(145, 7, "172.16.99.99:9999")
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 109, 160));

        assertThat(replay.outcome()).containsExactly("172.16.149.220:8080");
    }

    /** New services over old backends: a view like any other. */
    @Test
    void partialRegenerationIsFollowedThroughTheProgramsOwnMaps() throws UnreadableBundleException {
        Report.Replay replay = only(twoGenerations()
                .program(170, "cil_sock4_connect", 144, 28)
                .backend(28, 996, "172.16.5.5:8080")
                .attach(ROOT, 170, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 170, 160));

        assertThat(replay.outcome()).containsExactly("172.16.5.5:8080");
        assertThat(replay.affected()).isTrue();
    }

    @Test
    void undumpedMapLeavesTheOutcomeUnknown() throws UnreadableBundleException {
        Report report = analyze(twoGenerations()
                .text("bpf/map-dumps/27.json", "{\"error\":\"get map by id (27): No such file or directory\"}")
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 109, 160));

        assertThat(report.blastRadius().undecided()).isPositive();
        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.verdict().title()).contains("cannot be told which services");
    }

    /** The first slot that the old program offers is a service of the current one, with two slots of its own. */
    private static NodeBundle twoChoices(int protocol) {
        return twoGenerations()
                .backend(28, 8, "172.17.0.10:80")
                .backend(28, 9, "172.16.0.9:80")
                .serviceWithCount(27, "172.17.0.9:80", protocol, 0, 0, 2, 8, 9)
                .backend(145, 1, "172.16.1.1:80")
                .backend(145, 2, "172.16.1.2:80")
                .serviceWithCount(144, "172.17.0.10:80", protocol, 0, 0, 2, 1, 2)
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi")
                .effective(ROOT, CONNECT, 109, 160);
    }

    @Test
    void eachProgramDrawsASlotOfItsOwnForTcp() throws UnreadableBundleException {
        assertThat(only(twoChoices(TCP), "172.17.0.9:80/TCP").outcome())
                .containsExactlyInAnyOrder("172.16.1.1:80", "172.16.1.2:80", "172.16.0.9:80");
    }

    /** The socket's cookie chooses: what took the first slot of two once takes it again. */
    @Test
    void oneSocketChoosesAlikeInEachProgramForUdp() throws UnreadableBundleException {
        assertThat(only(twoChoices(UDP), "172.17.0.9:80/UDP").outcome())
                .containsExactlyInAnyOrder("172.16.1.1:80", "172.16.0.9:80");
    }

    private Report analyze(NodeBundle node) throws UnreadableBundleException {
        return Analysis.of(node.write(folder));
    }

    private Report.Replay only(NodeBundle node) throws UnreadableBundleException {
        return only(node, FRONTEND + "/TCP");
    }

    private Report.Replay only(NodeBundle node, String frontend) throws UnreadableBundleException {
        List<Report.Replay> replays = analyze(node).replays().stream()
                .filter(replay -> replay.frontend().equals(frontend))
                .toList();
        assertThat(replays).hasSize(1);
        return replays.get(0);
    }

    private static Report.Hook hookAt(Report report, String cgroup) {
        return report.hooks().stream()
                .filter(hook -> hook.cgroup().equals(cgroup))
                .findFirst()
                .orElseThrow();
    }
}
