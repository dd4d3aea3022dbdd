package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.BACKEND;
import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static io.ghostmap.support.Addresses.endpoint;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.ADDRESS;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService.Mark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-33: an entry for every port of an address of the node. */
final class WildcardEntryTest {
    private static final String OUTSIDE = "203.0.113.9";
    private static final String SSH = ADDRESS + ":22";
    private static final String WEB = ADDRESS + ":80";

    @TempDir
    private Path folder;

    private static TestNode guarded(String address) {
        return healthy().serves(service(address + ":0").over(Protocol.ANY).marked(Mark.LOAD_BALANCER));
    }

    private static TestNode sees(TestNode node, Attempt failing) {
        Attempt good = attempt("10.0.0.7", 3999, BACKEND)
                .at(100)
                .enters("lxc0")
                .leaves("eth0")
                .answered();
        return node.sees(good, failing);
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    @Test
    void silenceAtAPortOfTheNodeIsExplained() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                sees(guarded(ADDRESS), attempt(OUTSIDE, SSH).enters("eth0").unanswered()));

        assertThat(node.rules()).containsExactly("SLB-33");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.findings().get(0).subjects()).contains(new Subject.Backend(endpoint(SSH)));
        assertThat(node.changes()).isEmpty();
    }

    @Test
    void withoutAFailedAttemptItIsWorthKnowing() throws UnreadableBundleException {
        Diagnosed node = diagnose(guarded(ADDRESS));

        assertThat(node.rules()).containsExactly("SLB-33");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
    }

    /** The kernel itself answered: the packet passed the program. */
    @Test
    void refusalWasNotDropped() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                sees(guarded(ADDRESS), attempt(OUTSIDE, SSH).enters("eth0").refused()));

        assertThat(node.finding("SLB-33").orElseThrow().severity()).isEqualTo(Severity.INFO);
    }

    @Test
    void portOfAServiceIsNotWhatItDrops() throws UnreadableBundleException {
        Diagnosed node = diagnose(sees(
                guarded(ADDRESS).serves(service(WEB).marked(Mark.LOAD_BALANCER).to(BACKEND)),
                attempt(OUTSIDE, WEB).enters("eth0").unanswered()));

        assertThat(node.finding("SLB-33").orElseThrow().severity()).isEqualTo(Severity.INFO);
    }

    /** As it is meant: the load balancer has an address of its own. */
    @Test
    void addressThatIsNotTheNodesIsGuardedByDesign() throws UnreadableBundleException {
        assertThat(diagnose(guarded("198.51.100.7")).verdict()).isEqualTo(Verdict.Level.OK);
    }
}
