package io.ghostmap.traffic;

import static io.ghostmap.support.PcapFile.SYN;
import static io.ghostmap.support.PcapFile.SYN_ACK;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.BundleLayout;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.report.Report;
import io.ghostmap.support.Command;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.Repository;
import io.ghostmap.support.TestNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a careless reader of captures gets wrong: numbers 19 and 20 of the reference on bpftool and the kernel, section 8. */
final class CaptureTrapsTest {
    private static final String CLIENT = "10.0.1.5";
    private static final String SERVER = "172.16.149.220";
    private static final int LXC = 2;
    private static final int ETH = 3;
    private static final int IN = 0;
    private static final int OUT = 4;
    private static final long SECOND = 1_000_000;

    /** Of a record's header, the cooked header and the IP header before its TTL. */
    private static final int TTL_OFFSET = 16 + 20 + 8;

    private static final int FILE_HEADER = 24;
    private static final int RECORD = 16 + 20 + 20 + 20;
    private static final String SESSION =
            "tcpdump: listening on any\n2 packets captured\n2 packets received by filter\n%d packets dropped by kernel\n";

    @TempDir
    private Path folder;

    /** Routed it has lost a hop on the second interface, redirected (bpf_redirect_neigh) it has not. */
    @ParameterizedTest
    @ValueSource(bytes = {63, 64})
    void trap19TwoCopiesOfOnePacketAreOneWhateverTheirTtl(byte ttlOfTheSecond) {
        byte[] pcap = PcapFile.cooked()
                .tcpAt(LXC, IN, 0, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .tcpAt(ETH, OUT, 60, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .bytes();
        assertThat(pcap[FILE_HEADER + RECORD + TTL_OFFSET]).isEqualTo((byte) 64);
        pcap[FILE_HEADER + RECORD + TTL_OFFSET] = ttlOfTheSecond;

        Destination destination = Captures.read(pcap).destinations().get(0);

        assertThat(destination.attempts()).hasSize(1);
        assertThat(destination.syns()).isEqualTo(2);
        assertThat(destination.transmissions()).isEqualTo(1);
    }

    /** Behind bpf_redirect_peer the answer is never on the pod's interface of the host. */
    @Test
    void trap19AnswerThatOnlyOneInterfaceShowsAnswers() {
        Destination destination = Captures.read(PcapFile.cooked()
                        .tcpAt(LXC, IN, 0, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                        .tcpAt(ETH, OUT, 60, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                        .frame(900, synAckAt(ETH)))
                .destinations()
                .get(0);

        assertThat(destination.reply()).isEqualTo(Reply.ANSWERED);
    }

    private static byte[] synAckAt(int ifindex) {
        byte[] pcap = PcapFile.cooked()
                .tcp(0, SERVER, 8080, CLIENT, 56306, SYN_ACK, 7, 1001)
                .bytes();
        byte[] frame = Arrays.copyOfRange(pcap, FILE_HEADER + 16, pcap.length);
        frame[7] = (byte) ifindex; // the last byte of the cooked header's interface index
        return frame;
    }

    /** A number is looked up in the list of the captured node, never among the interfaces of the reader's machine. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "pcap/links.json; [{\"ifindex\":1,\"ifname\":\"lxc7\"}]",
                "pcap/links.txt; 1: lxc7@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500",
                "pcap/links.txt; 1: lxc7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500"
            })
    void trap19InterfaceNumbersAreThoseOfTheCapturedNode(String file, String links) throws IOException {
        byte[] pcap = PcapFile.cooked()
                .tcpAt(1, OUT, 0, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                .bytes();
        assertThat(Captures.read(pcap).destinations().get(0).paths())
                .map(Waypoint::toString)
                .containsExactly("if1 out"); // not lo

        TrafficSink sink = new TrafficSink();
        sink.read(BundleLayout.GHOSTMAP.memberAt("pcap/any.pcap"), new ByteArrayInputStream(pcap));
        sink.read(
                BundleLayout.GHOSTMAP.memberAt(file), new ByteArrayInputStream(links.getBytes(StandardCharsets.UTF_8)));
        assertThat(sink.assemble().destinations().get(0).paths())
                .map(Waypoint::toString)
                .containsExactly("lxc7 out");
    }

    /** Dropped at tc ingress it is on the pod's interface alone; by XDP or in the cgroup there is no packet to see. */
    @Test
    void trap19DropsLookDifferentAndAnEmptyCaptureProvesNothing() throws UnreadableBundleException {
        Destination dropped = Captures.read(PcapFile.cooked()
                        .tcpAt(LXC, IN, 0, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                        .tcpAt(LXC, IN, SECOND, CLIENT, 56306, SERVER, 8080, SYN, 1000)
                        .tcpAt(LXC, IN, 5 * SECOND, CLIENT, 56306, SERVER, 8080, SYN, 1000))
                .destinations()
                .get(0);
        assertThat(dropped.paths()).map(Waypoint::toString).containsExactly("if2 in");
        assertThat(dropped.transmissions()).isEqualTo(3);

        Report unseen = Analysis.of(healthy().capture(PcapFile.cooked()).write(folder));
        assertThat(unseen.findings()).extracting(Report.Finding::rule).containsOnlyOnce("CAP-03");
        assertThat(unseen.verdict().severity()).isEqualTo("inconclusive");
    }

    /** 124 coreutils, 143 a program that died of TERM, 137 of KILL, 0 with busybox: tcpdump was ended, not broken. */
    @ParameterizedTest
    @ValueSource(ints = {0, 124, 137, 143})
    void trap20ExitStatusOfAnEndedCaptureIsNoFailure(int exit) throws UnreadableBundleException {
        Report report = Analysis.of(healthy()
                .capture(silent())
                .text("pcap/any.stderr", SESSION.formatted(0))
                .text(
                        "manifest.json",
                        ("{\"format\":1,\"steps\":[{\"id\":\"pcap-any\",\"argv\":[\"tcpdump\"],\"file\":\"pcap/any.pcap\","
                                        + "\"exit\":%d,\"timedOut\":false,\"cut\":false}]}")
                                .formatted(exit))
                .write(folder));

        assertThat(report.bundle().missing())
                .extracting(Report.Missing::artifact)
                .noneMatch(artifact -> artifact.startsWith("pcap/any"));
        assertThat(report.destinations()).extracting(Report.Destination::reply).containsExactly("none");
    }

    /** What the kernel dropped may have been the answer: the counters are read before silence is called that. */
    @Test
    void trap20DroppedPacketsMakeSilenceUnknown() throws UnreadableBundleException {
        Report report = Analysis.of(healthy()
                .capture(silent())
                .text("pcap/any.stderr", SESSION.formatted(7))
                .write(folder));

        assertThat(report.destinations()).extracting(Report.Destination::reply).containsExactly("unknown");
        assertThat(report.findings())
                .extracting(Report.Finding::rule)
                .contains("CAP-01")
                .doesNotContain("SLB-28");
    }

    /** Rotation by time (-G, -W) ends with a packet only, and files of -C or -G are opened as another user. */
    @Test
    void trap20CollectorRotatesNothingAndKeepsItsUser() {
        Command plan = Command.run(
                folder,
                Repository.root().resolve("collector-script/ghostmap-collect").toString(),
                "--dry-run");
        List<String> captures =
                plan.out().lines().filter(line -> line.contains("tcpdump -i")).toList();

        assertThat(captures).isNotEmpty().allMatch(line -> line.contains(" -Z root ") && line.contains(" -c "));
        assertThat(captures).noneMatch(line -> line.matches(".* -[GWC] .*"));
    }

    private static PcapFile silent() {
        return PcapFile.cooked()
                .tcp(0, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(SECOND, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0)
                .tcp(5 * SECOND, CLIENT, 56306, SERVER, 8080, SYN, 1000, 0);
    }

    private static TestNode healthy() {
        return node().generation("current", 144)
                .pinned()
                .serves("172.17.93.4:8080", SERVER + ":8080")
                .runs(160);
    }
}
