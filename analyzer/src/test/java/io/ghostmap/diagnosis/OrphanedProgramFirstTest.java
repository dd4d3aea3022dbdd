package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-01: an old program is still attached. */
final class OrphanedProgramFirstTest {
    private static final String RULE = "SLB-01";
    private static final String VIP = "172.17.93.4:8080";
    private static final String CLIENT = "10.0.0.1";
    private static final String DEAD = "172.16.149.220:8080";
    private static final String ALIVE = "172.16.109.127:8080";

    @TempDir
    private Path folder;

    /** Program 109 reads the old generation, program 160 the new one. */
    private static TestNode twoGenerations() {
        return node().generation("old", 27)
                .serves(VIP, DEAD)
                .loads(109)
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160);
    }

    @Test
    void firstInTheChainWithItsTrafficIsCritical() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .sees(attempt(CLIENT, DEAD).unanswered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        Finding finding = node.finding(RULE).orElseThrow();
        assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(finding.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(finding.subjects())
                .contains(
                        new Subject.Program(109),
                        new Subject.Map(27),
                        new Subject.Backend(Addresses.endpoint(DEAD)),
                        new Subject.Client(Addresses.endpoint(CLIENT + ":1").address()),
                        new Subject.Cgroup(TestNode.ROOT));
        assertThat(finding.subjects(Subject.Frontend.class))
                .extracting(subject -> subject.frontend().endpoint())
                .containsExactly(Addresses.endpoint(VIP));
    }

    @Test
    void firstInTheChainWithOtherTrafficIsAWarning() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .sees(attempt(CLIENT, "10.9.9.9:8080").answered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        Finding finding = node.finding(RULE).orElseThrow();
        assertThat(finding.confidence()).isEqualTo(Confidence.LIKELY);
        assertThat(finding.subjects(Subject.Backend.class))
                .as("no backend of the old generation was seen")
                .isEmpty();
    }

    /** Both generations send the service there: the old program's own note shows who did it, and that it did no harm. */
    @Test
    void connectionToABackendThatIsRightAnywayConfirmsNoHarm() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("old", 27)
                .serves(VIP, ALIVE, DEAD)
                .holds(MapRow.in("cilium_lb4_reverse_sk")
                        .key("cookie", 7)
                        .key("address", Addresses.endpoint(ALIVE).address())
                        .key("port", Addresses.endpoint(ALIVE).port())
                        .value("address", Addresses.endpoint(VIP).address())
                        .value("port", Addresses.endpoint(VIP).port()))
                .loads(109)
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .sees(attempt(CLIENT, ALIVE).answered()));

        assertThat(node.destination(ALIVE).classification()).isEqualTo(Classification.BACKEND_OF_SEVERAL);
        assertThat(node.finding(RULE)).map(Finding::severity).contains(Severity.WARNING);
    }

    @Test
    void afterTheCurrentProgramItHarmsNothingThatTheCurrentKnows() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 160, 109)
                .kernelRuns(CONNECT4, 160, 109)
                .sees(attempt(CLIENT, ALIVE).answered()));

        assertThat(node.incident().affected()).isEmpty();
        assertThat(node.finding(RULE)).map(Finding::severity).contains(Severity.INFO);
    }

    /** An upgrade in the middle of which two programs read the same maps: the order makes no difference. */
    @Test
    void twoProgramsOnTheSameMapsAreNotTwoGenerations() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)
                .loads(170)
                .pinnedLink(12, CONNECT4, 160)
                .attach(CONNECT4, 170)
                .kernelRuns(CONNECT4, 160, 170)
                .wantedAt(VIP, ALIVE)
                .sees(attempt(CLIENT, ALIVE).answered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
        assertThat(node.findings()).isEmpty();
    }

    @Test
    void programOfAnotherVendorIsNotAccused() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)
                .program(55, "other_vendor", 9)
                .attach(CONNECT4, 55, 160)
                .kernelRuns(CONNECT4, 55, 160)
                .wantedAt(VIP, ALIVE)
                .sees(attempt(CLIENT, ALIVE).answered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
        assertThat(node.incident().hooks().get(0).programs())
                .extracting(program -> program.view().isPresent())
                .containsExactly(false, true);
    }

    @Test
    void guessByAgeIsNotCertain() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("old", 27)
                .serves(VIP, DEAD)
                .loads(109)
                .generation("new", 144)
                .serves(VIP, ALIVE)
                .loads(160)
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .sees(attempt(CLIENT, DEAD).unanswered()));

        assertThat(node.finding(RULE)).map(Finding::confidence).contains(Confidence.POSSIBLE);
    }

    @Test
    void linkOnADyingCgroupStillCounts() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 160)
                .kernelRuns(CONNECT4, 160)
                .text(
                        "bpf/before/links.json",
                        "[{\"id\":12,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":4711,"
                                + "\"attach_type\":\"cgroup_inet4_connect\"}]")
                .sees(attempt(CLIENT, DEAD).unanswered()));

        assertThat(node.finding(RULE))
                .map(Finding::subjects)
                .hasValueSatisfying(
                        subjects -> assertThat(subjects).contains(new Subject.Program(109), new Subject.Link(12)));
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }
}
