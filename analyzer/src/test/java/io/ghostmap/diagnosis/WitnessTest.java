package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.diagnosis.Witness.Experience;
import io.ghostmap.diagnosis.Witness.Target;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a title may claim of a misdirected service: no more than the capture and the slices show. */
final class WitnessTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String CLIENT = "10.0.0.1";
    private static final String DEAD = "172.16.149.220:8080";
    private static final String DEAD_TOO = "172.16.149.221:8080";
    private static final String ALIVE = "172.16.109.127:8080";

    @TempDir
    private Path folder;

    /** The old generation sends the service to these backends, the new one to another. */
    private static TestNode misdirectedTo(String... backends) {
        return node().generation("old", 27)
                .serves(VIP, backends)
                .loads(109)
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160);
    }

    private static Attempt unanswered() {
        return attempt(CLIENT, DEAD).unanswered();
    }

    @Test
    void serviceIsUnreachableIfItsOnlyDestinationFails() throws UnreadableBundleException {
        assertThat(witness(misdirectedTo(DEAD).sees(unanswered())).experience()).isEqualTo(Experience.UNREACHABLE);
    }

    @Test
    void destinationThatWasNotSeenCanBeAlive() throws UnreadableBundleException {
        assertThat(witness(misdirectedTo(DEAD, DEAD_TOO).sees(unanswered())).experience())
                .isEqualTo(Experience.PARTLY_UNREACHABLE);
        assertThat(witness(misdirectedTo(DEAD, DEAD_TOO)
                                .sees(
                                        unanswered(),
                                        attempt(CLIENT, 4001, DEAD_TOO).unanswered()))
                        .experience())
                .isEqualTo(Experience.UNREACHABLE);
    }

    @Test
    void replyOfTheWrongBackendIsWhatClientsExperience() throws UnreadableBundleException {
        assertThat(witness(misdirectedTo(DEAD).sees(attempt(CLIENT, DEAD).answered()))
                        .experience())
                .isEqualTo(Experience.WRONG_BACKEND);
        assertThat(witness(misdirectedTo(DEAD).sees(attempt(CLIENT, DEAD).refused()))
                        .experience())
                .isEqualTo(Experience.REFUSED);
    }

    @Test
    void captureThatEndedTooSoonShowsOnlyWhereConnectionsGo() throws UnreadableBundleException {
        PcapFile oneSyn = PcapFile.cooked().tcp(0, CLIENT, 4000, "172.16.149.220", 8080, PcapFile.SYN, 1, 0);

        assertThat(witness(misdirectedTo(DEAD).capture(oneSyn)).experience()).isEqualTo(Experience.MISDIRECTED);
    }

    @Test
    void backendIsGoneIfItIsSilentAndInNoSlice() throws UnreadableBundleException {
        assertThat(witness(withSlices(misdirectedTo(DEAD), "172.16.109.127").sees(unanswered()))
                        .target())
                .isEqualTo(Target.GONE);
    }

    @Test
    void withoutProofTheBackendIsOnlyUnlisted() throws UnreadableBundleException {
        assertThat(witness(misdirectedTo(DEAD).sees(unanswered())).target())
                .as("no slices were captured")
                .isEqualTo(Target.UNLISTED);
        assertThat(witness(withSlices(misdirectedTo(DEAD), "172.16.149.220").sees(unanswered()))
                        .target())
                .as("a slice has it")
                .isEqualTo(Target.UNLISTED);
        assertThat(witness(withSlices(misdirectedTo(DEAD), "172.16.109.127")
                                .sees(attempt(CLIENT, DEAD).refused()))
                        .target())
                .as("something refuses")
                .isEqualTo(Target.UNLISTED);
    }

    /** Today's services over old backends: the stale program noted the socket that it sent to another service's backend. */
    @Test
    void backendOfAnotherServiceIsNamedAsSuch() throws UnreadableBundleException {
        Witness witness = witness(node().generation("old", 27)
                .backend(1, DEAD)
                .holds(MapRow.in("cilium_lb4_reverse_sk")
                        .key("cookie", 7)
                        .key("address", Addresses.endpoint(DEAD).address())
                        .key("port", Addresses.endpoint(DEAD).port())
                        .value("address", Addresses.endpoint(VIP).address())
                        .value("port", Addresses.endpoint(VIP).port()))
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .serves("172.17.93.9:443", DEAD)
                .program(109, "cil_sock4_connect", 144, 28, 29)
                .loads(160)
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .sees(attempt(CLIENT, DEAD).answered()));

        assertThat(witness.target()).isEqualTo(Target.OF_OTHERS);
        assertThat(witness.currentServices())
                .extracting(frontend -> frontend.endpoint().port())
                .containsExactly(443);
        assertThat(witness.experience()).isEqualTo(Experience.WRONG_BACKEND);
    }

    private static TestNode withSlices(TestNode node, String endpoint) {
        return node.kubernetes(cluster ->
                cluster.service("observability/ingest-gateway", VIP, 8080).ready(endpoint));
    }

    private Witness witness(TestNode node) throws UnreadableBundleException {
        Incident incident = Diagnosed.of(node, folder).incident();
        return new StaleChainFacts(incident, StaleChain.of(incident).get(0))
                .witnesses()
                .get(0);
    }
}
