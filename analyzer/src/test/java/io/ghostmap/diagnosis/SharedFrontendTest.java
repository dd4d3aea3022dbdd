package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static io.ghostmap.support.Addresses.endpoint;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService.Mark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-34: two services of the agent at one address. */
final class SharedFrontendTest {
    private static final String SHARED = "198.51.100.7:443";
    private static final String GATEWAY = "172.16.109.50:8443";
    private static final String HOST_PORT = "172.16.109.60:443";

    @TempDir
    private Path folder;

    /** The map has the host port, which came last. */
    private static TestNode loadBalancer() {
        return healthy().serves(service(SHARED).marked(Mark.LOAD_BALANCER).to(HOST_PORT));
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    @Test
    void twoServicesAtOneAddressCollide() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(loadBalancer().agentServes(409, SHARED, GATEWAY).agentServes(410, SHARED, HOST_PORT));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        Finding finding = node.finding("SLB-34").orElseThrow();
        assertThat(finding.subjects())
                .contains(new Subject.Backend(endpoint(GATEWAY)), new Subject.Backend(endpoint(HOST_PORT)));
        assertThat(finding.supporting()).hasSize(3);
    }

    @Test
    void oneServiceListedTwiceIsOne() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(loadBalancer().agentServes(410, SHARED, HOST_PORT).agentServes(411, SHARED, HOST_PORT));

        assertThat(node.rules()).doesNotContain("SLB-34");
    }

    @Test
    void rowThatIsNotProgrammedCollidesWithNothing() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(loadBalancer().agentServes(410, SHARED, HOST_PORT).agentServes(0, SHARED, GATEWAY));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }
}
