package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.TestNode;
import io.ghostmap.text.Term;
import io.ghostmap.traffic.Reply;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-28: the maps are right, and the backend does not answer. */
final class SilentBackendTest {
    private static final String RULE = "SLB-28";
    private static final String VIP = "172.17.93.4:8080";
    private static final String CLIENT = "10.0.0.1";
    private static final String BACKEND = "172.16.109.127:8080";
    private static final long SECOND = 1_000_000;

    @TempDir
    private Path folder;

    private static TestNode healthy() {
        return node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .loads(160)
                .pinnedLink(12, CONNECT4, 160)
                .kernelRuns(CONNECT4, 160)
                .wantedAt(VIP, BACKEND);
    }

    /** Only slices and the agent's own list can show that the maps are right to have a backend. */
    @Test
    void withoutSlicesTheMapsAreNotAcquitted() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .sees(attempt(CLIENT, BACKEND).unanswered()));

        assertThat(node.finding(RULE)).map(Finding::confidence).contains(Confidence.POSSIBLE);
    }

    /** The slice names another pod: SLB-14 speaks of that, and nobody says that the maps are right. */
    @Test
    void backendThatNoSliceHasIsNotCalledRight() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .agentServes(408, VIP, BACKEND)
                .kubernetes(objects -> objects.service("shop/cart", VIP, 8080).ready("172.16.109.200"))
                .sees(attempt(CLIENT, BACKEND).unanswered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.rules()).containsExactly("SLB-14");
    }

    @Test
    void silenceOfTheRightBackendIsNotTheNodesFault() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().sees(attempt(CLIENT, BACKEND).unanswered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.rules()).containsExactly(RULE);
        Finding finding = node.finding(RULE).orElseThrow();
        assertThat(finding.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(finding.subjects()).contains(new Subject.Backend(Addresses.endpoint(BACKEND)));
        assertThat(finding.subjects(Subject.Frontend.class)).hasSize(1);
        assertThat(node.changes()).as("nothing on this node is to be changed").isEmpty();
    }

    @Test
    void refusalCountsAsAFailure() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().sees(attempt(CLIENT, BACKEND).refused()));

        assertThat(node.destination(BACKEND).destination().reply()).isEqualTo(Reply.REFUSED);
        assertThat(node.finding(RULE)).isPresent();
    }

    @Test
    void backendThatAnswersSometimesIsUnsteady() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .sees(
                        attempt(CLIENT, BACKEND).answered(),
                        attempt(CLIENT, 4001, BACKEND).at(SECOND).unanswered()));

        Finding finding = node.finding(RULE).orElseThrow();
        assertThat(finding.confidence()).isEqualTo(Confidence.LIKELY);
        assertThat(finding.contradicting()).as("the answer").hasSize(1);
        assertThat(Diagnosed.terms(finding.title())).contains(Term.number(1), Term.number(2));
    }

    @Test
    void addressThatNoGenerationKnowsIsNobodysBackend() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(healthy().sees(attempt(CLIENT, "10.9.9.9:8080").unanswered()));

        assertThat(node.destination("10.9.9.9:8080").classification()).isEqualTo(Classification.IN_NO_GENERATION);
        assertThat(node.finding(RULE)).isEmpty();
    }

    @Test
    void droppedPacketsMakeSilenceUnprovable() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .sees(attempt(CLIENT, BACKEND).unanswered())
                .text(
                        "pcap/any.stderr",
                        "2 packets captured\n9 packets received by filter\n7 packets dropped by kernel\n"));

        assertThat(node.finding("CAP-01")).map(Finding::severity).contains(Severity.WARNING);
        assertThat(node.finding(RULE)).isEmpty();
    }

    /** Frames of Ethernet do not say on which interface they were seen. */
    @Test
    void interfacesAreNamedOnlyIfTheCaptureHasThem() throws UnreadableBundleException {
        PcapFile wire = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .tcp(0, CLIENT, 4000, "172.16.109.127", 8080, PcapFile.SYN, 1, 0)
                .tcp(SECOND, CLIENT, 4000, "172.16.109.127", 8080, PcapFile.SYN, 1, 0);

        assertThat(interfacesNamed(diagnose(healthy().capture(wire)))).isEmpty();
        assertThat(interfacesNamed(
                        diagnose(healthy().sees(attempt(CLIENT, BACKEND).unanswered()))))
                .isNotEmpty();
    }

    private static List<Term> interfacesNamed(Diagnosed node) {
        Rival rival = node.finding(RULE).orElseThrow().rivals().get(0);
        assertThat(rival.kind()).isEqualTo(Rival.Kind.ANSWER_NOT_CAPTURED);
        return Diagnosed.terms(rival.verdict()).stream()
                .filter(term -> term instanceof Term.Name name && name.kind() == Term.NameKind.INTERFACE)
                .toList();
    }

    /** So many have one cause; all of them are among the report's destinations. */
    @Test
    void manySilentBackendsAreOneFindingAfterTheFirstTwenty() throws UnreadableBundleException {
        String[] backends =
                IntStream.range(1, 26).mapToObj(i -> "10.9.9." + i + ":8080").toArray(String[]::new);
        Diagnosed node = diagnose(healthy()
                .serves("172.17.93.5:8080", backends)
                .sees(IntStream.range(1, 26)
                        .mapToObj(i -> attempt(CLIENT, 4000 + i, "10.9.9." + i + ":8080")
                                .at(i)
                                .unanswered())
                        .toArray(Attempt[]::new)));

        List<Finding> silent = node.findings(RULE);
        assertThat(silent)
                .extracting(Finding::number)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 21).boxed().toList());
        assertThat(silent)
                .extracting(Finding::id)
                .startsWith("SLB-28", "SLB-28-2")
                .doesNotHaveDuplicates();
        Finding rest = silent.get(20);
        assertThat(rest.subjects(Subject.Backend.class)).hasSize(5);
        assertThat(rest.supporting())
                .anySatisfy(citation -> assertThat(citation.file()).isEqualTo("pcap/any.pcap"));
        assertThat(silent.stream()
                        .flatMap(finding -> finding.subjects(Subject.Backend.class).stream())
                        .distinct())
                .hasSize(25);
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }
}
