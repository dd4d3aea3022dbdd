package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-31: a status that is in order beside a finding that it should have noticed. */
final class HealthyStatusTest {
    @TempDir
    private Path folder;

    private static TestNode twiceAtADevice() {
        return healthy()
                .program(301, "cil_from_netdev")
                .program(402, "cil_from_netdev")
                .tc("eth0", "tcx/ingress", 301, "cil_from_netdev")
                .tc("eth0", "tcx/ingress", 402, "cil_from_netdev");
    }

    private static String status(String state) {
        return "{\"cilium\":{\"state\":\"%s\",\"msg\":\"1.18.6\"}}".formatted(state);
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    @Test
    void healthyStatusBesideAFindingIsALine() throws UnreadableBundleException {
        Diagnosed node = diagnose(twiceAtADevice().text("cilium/status.json", status("Ok")));

        assertThat(node.rules()).containsExactly("SLB-07", "SLB-31");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.findings().get(1).supporting())
                .extracting(citation -> citation.file())
                .containsExactly("cilium/status.json");
    }

    @Test
    void statusThatComplainsIsNotWrong() throws UnreadableBundleException {
        assertThat(diagnose(twiceAtADevice().text("cilium/status.json", status("Failure")))
                        .rules())
                .containsExactly("SLB-07");
    }

    @Test
    void healthyStatusOfAHealthyNodeIsRight() throws UnreadableBundleException {
        assertThat(diagnose(healthy().text("cilium/status.json", status("Ok"))).verdict())
                .isEqualTo(Verdict.Level.OK);
    }
}
