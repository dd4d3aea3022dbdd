package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.BACKEND;
import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService.Mark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-27: services that take their backends from a table of Maglev. */
final class MissingTableTest {
    private static final String GATEWAY = "198.51.100.20:443";
    private static final int ID = 77;
    private static final int OTHER_ID = 78;

    @TempDir
    private Path folder;

    private static TestNode withTableOf(int id) {
        return healthy()
                .serves(service(GATEWAY)
                        .marked(Mark.LOAD_BALANCER)
                        .byMaglev()
                        .revNatId(ID)
                        .to(BACKEND))
                .agentServes(409, GATEWAY, BACKEND)
                .holds(MapRow.in("cilium_lb4_maglev").key("rev_nat_id", id).value("inner_map_id", 950));
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    @Test
    void serviceWithoutItsTableFailsForClientsOutside() throws UnreadableBundleException {
        Diagnosed node = diagnose(withTableOf(OTHER_ID)
                .sees(
                        attempt("10.0.0.7", 3999, BACKEND)
                                .at(100)
                                .enters("lxc0")
                                .leaves("eth0")
                                .answered(),
                        attempt("203.0.113.9", GATEWAY).enters("eth0").unanswered()));

        assertThat(node.rules()).containsExactly("SLB-27");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    @Test
    void withoutAFailedAttemptItIsWorthKnowing() throws UnreadableBundleException {
        assertThat(diagnose(withTableOf(OTHER_ID)).verdict()).isEqualTo(Verdict.Level.INFO);
    }

    @Test
    void serviceWithItsTableIsInOrder() throws UnreadableBundleException {
        assertThat(diagnose(withTableOf(ID)).verdict()).isEqualTo(Verdict.Level.OK);
    }

    /** Clients of a ClusterIP are translated at the socket, and the agent makes no table for it. */
    @Test
    void clusterIpNeedsNoTable() throws UnreadableBundleException {
        Diagnosed node = diagnose(withTableOf(ID)
                .serves(service("172.17.93.9:80").byMaglev().to(BACKEND))
                .agentServes(410, "172.17.93.9:80", BACKEND));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }
}
