package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.TestNode;
import io.ghostmap.text.Term;
import io.ghostmap.traffic.Reply;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CAP-01 to CAP-08: what the evidence cannot show. */
final class CaptureLimitsTest {
    private static final String BACKEND = "172.16.109.127:8080";

    @TempDir
    private Path folder;

    private static TestNode healthy() {
        return node().generation("only", 144)
                .pinned()
                .serves("172.17.93.4:8080", BACKEND)
                .loads(160)
                .pinnedLink(12, CONNECT4, 160)
                .kernelRuns(CONNECT4, 160);
    }

    @Test
    void captureWithoutASynIsNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().capture(PcapFile.cooked()));

        assertThat(node.rules()).containsExactly("CAP-03");
        assertThat(node.findings().get(0).subjects()).containsExactly(new Subject.Capture("pcap/any.pcap"));
    }

    @Test
    void captureThatEndedTooSoonIsNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .capture(PcapFile.cooked().tcp(0, "10.0.0.1", 4000, "172.16.109.127", 8080, PcapFile.SYN, 1, 0)));

        assertThat(node.rules()).containsExactly("CAP-02");
        assertThat(node.destination(BACKEND).destination().reply()).isEqualTo(Reply.UNKNOWN);
    }

    @Test
    void changeBetweenTheReadingsIsNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                healthy().sees(attempt("10.0.0.1", BACKEND).answered()).text("bpf/after/maps.json", "[{\"id\":144}]"));

        assertThat(node.finding("CAP-06").orElseThrow().supporting())
                .as("map 145 went")
                .hasSize(1);
    }

    /** None of its frames was read: that there was no attempt is as little known as what came after them. */
    @Test
    void captureOfALinkTypeThatIsNotReadIsNamedAndAcquitsNobody() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(healthy().capture(new PcapFile(127, ByteOrder.LITTLE_ENDIAN, false).frame(0, new byte[40])));

        assertThat(node.rules()).containsExactly("CAP-03", "CAP-05");
        assertThat(node.finding("CAP-03").orElseThrow().title())
                .as("does not claim that there was no SYN")
                .isNotEqualTo(diagnose(healthy().capture(PcapFile.cooked()))
                        .finding("CAP-03")
                        .orElseThrow()
                        .title());
        assertThat(Diagnosed.terms(node.finding("CAP-05").orElseThrow().title()))
                .contains(Term.number(127));
        assertThat(node.doubts()).hasAtLeastOneElementOfType(Doubt.EvidenceMissing.class);
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
    }

    /** The capture did not end too soon for the attempt; a frame that was cut may have been its answer. */
    @Test
    void silenceBesideACutFrameIsNotAShortWindow() throws UnreadableBundleException {
        PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .tcp(0, "10.0.0.1", 4000, "172.16.109.127", 8080, PcapFile.SYN, 1, 0);
        byte[] reply = ethernet(ip("172.16.109.127", "10.0.0.1", 6, tcp(8080, 4000, PcapFile.SYN_ACK, 7, 2, 0)));
        Diagnosed node = diagnose(healthy().capture(pcap.frame(9_000_000, Arrays.copyOf(reply, 40), reply.length)));

        assertThat(node.rules()).containsExactly("CAP-04");
        assertThat(node.destination(BACKEND).destination().reply()).isEqualTo(Reply.UNKNOWN);
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }
}
