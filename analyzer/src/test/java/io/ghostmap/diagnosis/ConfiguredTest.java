package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.POD;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is configured against what is attached: SLB-04, 05, 06 and 26, and two maps of one role in use. */
final class ConfiguredTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String BACKEND = "172.16.109.127:8080";
    private static final String OLD = "172.16.31.200:8080";
    private static final String CLIENT = "10.0.0.7";

    @TempDir
    private Path folder;

    /** Kubernetes, agent and maps agree; whether anything is attached is up to the test. */
    private static TestNode withService() {
        return node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .wantedAt(VIP, BACKEND)
                .interfaces();
    }

    private static TestNode withoutPrograms() {
        return withService().text("bpf/cgroups/tree.json", "[]");
    }

    private static TestNode attached() {
        return withService().runs(160).kernelRuns(CONNECT4, 160);
    }

    private static TestNode socketLb(TestNode node, boolean on) {
        return node.config("EnableSocketLB", on).config("KubeProxyReplacement", on);
    }

    private static Attempt fromHost(String server) {
        return attempt(TestNode.ADDRESS, server).leaves("eth0");
    }

    private static Attempt fromPod(int port, String server) {
        return attempt(CLIENT, port, server).enters("lxc0");
    }

    private Diagnosed diagnose(TestNode node, Attempt... attempts) throws UnreadableBundleException {
        return Diagnosed.of(node.sees(attempts), folder);
    }

    // ---- SLB-05 ---------------------------------------------------------------------------------------

    @Test
    void configuredAndNeverAttached() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(socketLb(withoutPrograms(), true), fromHost(VIP).unanswered());

        assertThat(node.rules()).containsExactly("SLB-05");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(node.changes()).isEmpty();
    }

    /** Nothing failed while the capture ran, and still nothing translates. */
    @Test
    void configuredAndNeverAttachedWithoutAFailure() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                socketLb(withoutPrograms(), true),
                fromPod(4001, BACKEND).leaves("eth0").answered());

        assertThat(node.rules()).containsExactly("SLB-05");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    /** A collector in a cgroup namespace sees no further than its root. */
    @Test
    void loadedProgramMayBeAttachedWhereTheTreeDoesNotReach() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                socketLb(withoutPrograms().loads(160), true),
                fromPod(4001, BACKEND).leaves("eth0").answered());

        assertThat(node.rules()).doesNotContain("SLB-05");
    }

    @Test
    void switchedOffAndNotAttachedIsAsConfigured() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                socketLb(withoutPrograms(), false),
                fromPod(4001, VIP).translatedTo(BACKEND).leaves("eth0").answered());

        assertThat(node.rules()).isEmpty();
    }

    // ---- SLB-04 ---------------------------------------------------------------------------------------

    /** Pods are translated one by one and succeed; the host's processes are at the wrong cgroup's mercy. */
    @Test
    void failingHostBehindSucceedingPods() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                socketLb(withService().at(POD).runs(160), true)
                        .config("BPFSocketLBHostnsOnly", true)
                        .at(ROOT),
                fromPod(4001, VIP).translatedTo(BACKEND).leaves("eth0").answered(),
                fromPod(4002, VIP).at(50).translatedTo(BACKEND).leaves("eth0").answered(),
                fromHost(VIP).at(90).unanswered());

        assertThat(node.rules()).containsExactly("SLB-04");
        assertThat(node.finding("SLB-04").orElseThrow().confidence()).isEqualTo(Confidence.LIKELY);
    }

    /** Whoever connects from outside passes no socket of this node. */
    @Test
    void clientsFromOutsideNeedNoSocketProgram() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                socketLb(withService().at(POD).runs(160), true),
                attempt("203.0.113.9", VIP).enters("eth0").unanswered());

        assertThat(node.rules()).doesNotContain("SLB-04", "SLB-05");
    }

    // ---- SLB-26 ---------------------------------------------------------------------------------------

    @Test
    void switchedOffAndStillAttached() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                socketLb(
                        node().generation("only", 144)
                                .pinned()
                                .serves(VIP, OLD)
                                .runs(160)
                                .kernelRuns(CONNECT4, 160)
                                .interfaces()
                                .kubernetes(objects ->
                                        objects.service("shop/cart", VIP, 8080).ready("172.16.109.127")),
                        false),
                attempt(CLIENT, OLD).enters("lxc0").leaves("eth0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-26");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
    }

    /** One source says off, another says on: that is no leftover. */
    @Test
    void attachedAndTheSourcesDisagree() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                attached()
                        .config("EnableSocketLB", false)
                        .text(
                                "cilium/status.json",
                                "{\"kube-proxy-replacement\":{\"mode\":\"True\",\"features\":{\"socketLB\":{\"enabled\":true}}}}"),
                fromPod(4001, BACKEND).leaves("eth0").answered());

        assertThat(node.rules()).doesNotContain("SLB-26");
    }

    // ---- SLB-06 ---------------------------------------------------------------------------------------

    private static TestNode withForeign(String name) {
        return withService()
                .program(512, name, 9001)
                .attach(CONNECT4, 512)
                .runs(160)
                .kernelRuns(CONNECT4, 512, 160);
    }

    @Test
    void programOfAnotherProductInFront() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withForeign("calico_connect_v4"),
                fromPod(4001, OLD).leaves("eth0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-06");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(node.finding("SLB-06").orElseThrow().subjects(Subject.Program.class))
                .containsExactly(new Subject.Program(512));
    }

    /** Many programs only watch. */
    @Test
    void programThatNobodyKnowsIsASuspectOnly() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withForeign("watch_connect"), fromPod(4001, OLD).leaves("eth0").unanswered());

        assertThat(node.finding("SLB-06").orElseThrow().confidence()).isEqualTo(Confidence.POSSIBLE);
    }

    @Test
    void programThatNobodyKnowsIsNotAccusedOfAnAddressFarAway() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withForeign("watch_connect"),
                fromPod(4001, "198.51.100.11:443").leaves("eth0").unanswered());

        assertThat(node.rules()).doesNotContain("SLB-06");
    }

    @Test
    void foreignProgramIsNotAccusedOfABackendThatTheMapsHave() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withForeign("calico_connect_v4"),
                fromPod(4001, BACKEND).leaves("eth0").unanswered());

        assertThat(node.rules()).doesNotContain("SLB-06");
    }

    // ---- two maps of one role ---------------------------------------------------------------------------

    @Test
    void twoMapsOfOneRoleInUseAreNoGroundForOk() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                node().generation("one", 144)
                        .serves(VIP, BACKEND)
                        .runs(160)
                        .generation("other", 244)
                        .serves(VIP, BACKEND)
                        .runs(161)
                        .kernelRuns(CONNECT4, 160, 161)
                        .wantedAt(VIP, BACKEND),
                attempt(CLIENT, BACKEND).answered());

        assertThat(node.verdict()).isNotEqualTo(Verdict.Level.OK);
    }
}
