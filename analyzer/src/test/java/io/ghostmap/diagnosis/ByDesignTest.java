package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.BACKEND;
import static io.ghostmap.diagnosis.ConfiguredNode.VIP;
import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.ADDRESS;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.net.IpAddress;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService.Mark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails because it was configured so, or because nothing else is meant to happen: SLB-18, 21 and 23. */
final class ByDesignTest {
    private static final String POD = "10.0.0.7";
    private static final String OUTSIDE = "203.0.113.9";
    private static final String EXTERNAL = "198.51.100.20:8080";
    private static final int ID = 77;

    @TempDir
    private Path folder;

    private Diagnosed seen(TestNode node, Attempt... failing) throws UnreadableBundleException {
        Attempt[] all = new Attempt[failing.length + 1];
        System.arraycopy(failing, 0, all, 1, failing.length);
        all[0] = attempt(POD, 3999, BACKEND)
                .at(100)
                .enters("lxc0")
                .leaves("eth0")
                .answered();
        return Diagnosed.of(node.sees(all), folder);
    }

    // ---- SLB-21: external IPs --------------------------------------------------------------------------

    private static TestNode withExternalIp(String frontend) {
        return healthy()
                .serves(service(frontend).marked(Mark.EXTERNAL_IP).to(BACKEND))
                .agentServes(409, frontend, BACKEND);
    }

    @Test
    void externalIpOfAnotherMachineIsNotTranslatedForPods() throws UnreadableBundleException {
        Diagnosed node = seen(
                withExternalIp(EXTERNAL),
                attempt(POD, EXTERNAL).enters("lxc0").leaves("eth0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-21");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
    }

    @Test
    void externalIpThatNobodyFailsToReachIsNotWorthALine() throws UnreadableBundleException {
        assertThat(seen(withExternalIp(EXTERNAL)).verdict()).isEqualTo(Verdict.Level.OK);
    }

    @Test
    void externalIpOfThisNodeIsMeantToBeTranslated() throws UnreadableBundleException {
        Diagnosed node = seen(
                withExternalIp(ADDRESS + ":8080"),
                attempt(POD, ADDRESS + ":8080").enters("lxc0").unanswered());

        assertThat(node.rules()).doesNotContain("SLB-21");
    }

    @Test
    void optionThatTranslatesAllOfThemLeavesNothingByDesign() throws UnreadableBundleException {
        Diagnosed node = seen(
                withExternalIp(EXTERNAL).config("DisableExternalIPMitigation", true),
                attempt(POD, EXTERNAL).enters("lxc0").leaves("eth0").unanswered());

        assertThat(node.rules()).doesNotContain("SLB-21");
    }

    // ---- SLB-23: source ranges -------------------------------------------------------------------------

    private static TestNode withSources(String network, int prefix) {
        return healthy()
                .serves(service(EXTERNAL)
                        .marked(Mark.LOAD_BALANCER, Mark.SOURCE_RANGE)
                        .revNatId(ID)
                        .to(BACKEND))
                .agentServes(409, EXTERNAL, BACKEND)
                .holds(MapRow.in("cilium_lb4_source_range")
                        .key("prefix_bits", 32 + prefix)
                        .key("rev_nat_id", ID)
                        .key("address", IpAddress.parse(network).orElseThrow()));
    }

    private static Attempt fromOutside() {
        return attempt(OUTSIDE, EXTERNAL).enters("eth0").unanswered();
    }

    @Test
    void clientOutsideTheSourceRangesIsDroppedAsConfigured() throws UnreadableBundleException {
        Diagnosed node = seen(withSources("198.18.0.0", 15), fromOutside());

        assertThat(node.rules()).containsExactly("SLB-23");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
    }

    @Test
    void clientInsideTheSourceRangesFailsForAnotherReason() throws UnreadableBundleException {
        Diagnosed node = seen(withSources("203.0.113.0", 24), fromOutside());

        assertThat(node.rules()).doesNotContain("SLB-23");
        assertThat(node.verdict()).isNotEqualTo(Verdict.Level.OK).isNotEqualTo(Verdict.Level.INFO);
    }

    @Test
    void rangesThatWereNotDumpedDenyNobody() throws UnreadableBundleException {
        TestNode undumped = withSources("198.18.0.0", 15);
        Diagnosed node = seen(undumped.undumped(undumped.mapId("cilium_lb4_source_range")), fromOutside());

        assertThat(node.rules()).doesNotContain("SLB-23");
    }

    // ---- SLB-18: the host's network only ---------------------------------------------------------------

    @Test
    void untranslatedSynOfAPodIsExpectedAndStillUnexplained() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy().config("BPFSocketLBHostnsOnly", true),
                attempt(POD, VIP).enters("lxc0").leaves("eth0").unanswered());

        assertThat(node.rules()).contains("SLB-18");
        assertThat(node.finding("SLB-18").orElseThrow().severity()).isEqualTo(Severity.INFO);
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
    }

    @Test
    void podsThatReachTheirServiceNeedNoExplanation() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy().config("BPFSocketLBHostnsOnly", true),
                attempt(POD, VIP)
                        .enters("lxc0")
                        .translatedTo(BACKEND)
                        .leaves("eth0")
                        .answered());

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }
}
