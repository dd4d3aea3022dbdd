package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.PROGRAM;
import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-38: options that say something else than what runs. */
final class ContradictedOptionsTest {
    @TempDir
    private Path folder;

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    private static String status(boolean socketLb) {
        return "{\"kube-proxy-replacement\":{\"mode\":\"True\",\"features\":{\"socketLB\":{\"enabled\":%b}}}}"
                .formatted(socketLb);
    }

    @Test
    void configurationAndStatusThatDisagree() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .config("EnableSocketLB", false)
                .config("KubeProxyReplacement", true)
                .text("cilium/status.json", status(true)));

        assertThat(node.rules()).containsExactly("SLB-38");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
        assertThat(node.findings().get(0).supporting()).hasSizeGreaterThanOrEqualTo(3);
    }

    /** The programs are wanted, and translate by the current maps: no leftover of SLB-26. */
    @Test
    void optionThatAnotherOneOverrules() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().config("EnableSocketLB", false).config("KubeProxyReplacement", true));

        assertThat(node.rules()).containsExactly("SLB-38");
        assertThat(node.findings().get(0).subjects()).containsExactly(new Subject.Program(PROGRAM));
    }

    @Test
    void optionsThatAgreeAreInOrder() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .config("EnableSocketLB", true)
                .config("KubeProxyReplacement", true)
                .text("cilium/status.json", status(true)));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }

    @Test
    void whatWasNotCapturedContradictsNothing() throws UnreadableBundleException {
        assertThat(diagnose(healthy().config("EnableSocketLB", true)).verdict()).isEqualTo(Verdict.Level.OK);
    }
}
