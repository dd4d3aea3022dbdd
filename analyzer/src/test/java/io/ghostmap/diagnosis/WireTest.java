package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Addresses.endpoint;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Drops;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService.Mark;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What failed attempts met on the node: SLB-15, 24, 29, 32 and 35. */
final class WireTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String BACKEND = "172.16.109.127:8080";
    private static final String POD = "10.0.0.7";
    private static final String OUTSIDE = "203.0.113.9";
    private static final String EXTERNAL = "198.51.100.11:8080";
    private static final String NODE = TestNode.ADDRESS;

    @TempDir
    private Path folder;

    /** The service is in order in all layers, and other connections of the same pod succeed. */
    private static TestNode healthy() {
        return node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .wantedAt(VIP, BACKEND)
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .interfaces();
    }

    private static TestNode withNodePort() {
        return healthy()
                .serves(service(NODE + ":30880").marked(Mark.NODE_PORT).to(BACKEND))
                .agentServes(409, NODE + ":30880", BACKEND);
    }

    private Diagnosed seen(TestNode node, Attempt... attempts) throws UnreadableBundleException {
        Attempt good = attempt(POD, 3999, BACKEND)
                .at(100)
                .enters("lxc0")
                .leaves("eth0")
                .answered();
        return Diagnosed.of(
                node.sees(Stream.concat(Stream.of(good), Stream.of(attempts)).toArray(Attempt[]::new)), folder);
    }

    @Test
    void answeredAttemptsAreInOrder() throws UnreadableBundleException {
        assertThat(seen(healthy()).verdict()).isEqualTo(Verdict.Level.OK);
    }

    // ---- SLB-24 ---------------------------------------------------------------------------------------

    @Test
    void synThatNeverLeavesIsDroppedHere() throws UnreadableBundleException {
        Diagnosed node = seen(healthy(), attempt(POD, BACKEND).enters("lxc0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-24");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    /** The kernel's counters say why: reason 133 grew by 9 between the two readings. */
    @Test
    void reasonOfTheDropIsNamed() throws UnreadableBundleException {
        TestNode node = healthy().holds(drops(133, 12));
        int map = node.mapId("cilium_metrics");
        Diagnosed diagnosed = seen(
                node.text(
                        "bpf/before/map-dumps/" + map + ".json",
                        "[{\"key\":%s,\"values\":[{\"cpu\":0,\"value\":%s}]}]"
                                .formatted(
                                        list(drops(133, 3).keyBytes(ByteOrder.LITTLE_ENDIAN)),
                                        list(drops(133, 3).valueBytes(ByteOrder.LITTLE_ENDIAN)))),
                attempt(POD, BACKEND).enters("lxc0").unanswered());

        assertThat(diagnosed.incident().datapath().drops())
                .extracting(Drops::code, Drops::packets)
                .containsExactly(tuple(133, 9L));
        assertThat(diagnosed.finding("SLB-24").orElseThrow().supporting())
                .contains(diagnosed.incident().datapath().drops().get(0).source());
    }

    private static MapRow drops(int reason, long count) {
        return MapRow.in("cilium_metrics")
                .key("reason", reason)
                .key("direction", 2)
                .value("count", count);
    }

    @Test
    void synThatLeavesWasNotDroppedHere() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy(), attempt(POD, BACKEND).enters("lxc0").leaves("eth0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-28");
    }

    /** A capture of the pod's device alone shows nothing leave. */
    @Test
    void captureThatShowsNothingLeaveAccusesNobody() throws UnreadableBundleException {
        Diagnosed node =
                Diagnosed.of(healthy().sees(attempt(POD, BACKEND).enters("lxc0").unanswered()), folder);

        assertThat(node.rules()).doesNotContain("SLB-24");
    }

    private static TestNode withPod() {
        return healthy().kubernetes(objects -> objects.pod("shop/cart-x1", "172.16.109.127"));
    }

    @Test
    void synFromOutsideForAPodOfThisNodeIsDroppedHere() throws UnreadableBundleException {
        Diagnosed node = seen(
                withPod(),
                attempt(OUTSIDE, 4001, BACKEND)
                        .at(200)
                        .enters("eth0")
                        .leaves("lxc1")
                        .answered(),
                attempt(OUTSIDE, 4002, BACKEND).enters("eth0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-24");
    }

    /** With BPF host routing packets reach a pod without passing its device on the node. */
    @Test
    void synForAPodOfThisNodeNeedNotPassItsDevice() throws UnreadableBundleException {
        assertThat(seen(withPod(), attempt(OUTSIDE, BACKEND).enters("eth0").unanswered())
                        .rules())
                .doesNotContain("SLB-24");
        assertThat(seen(withPod(), attempt(POD, BACKEND).enters("lxc0").unanswered())
                        .rules())
                .doesNotContain("SLB-24");
    }

    // ---- SLB-29 ---------------------------------------------------------------------------------------

    @Test
    void answerThatLeftAndSynThatCameAgain() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy(),
                attempt(OUTSIDE, VIP)
                        .enters("eth0")
                        .translatedTo(BACKEND)
                        .leaves("lxc1")
                        .answeredInVain());

        assertThat(node.rules()).containsExactly("SLB-29");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
    }

    /** One answer is lost now and then. */
    @Test
    void clientWithAnAttemptThatSucceededIsNotCutOff() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy(),
                attempt(OUTSIDE, 4001, VIP)
                        .enters("eth0")
                        .translatedTo(BACKEND)
                        .leaves("lxc1")
                        .answered(),
                attempt(OUTSIDE, 4002, VIP)
                        .at(50)
                        .enters("eth0")
                        .translatedTo(BACKEND)
                        .leaves("lxc1")
                        .answeredInVain());

        assertThat(node.rules()).isEmpty();
    }

    @Test
    void answerThatCameInAndWentNoFurther() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy(),
                attempt(POD, 4001, EXTERNAL)
                        .enters("lxc0")
                        .masqueradedAs(NODE, 51000)
                        .leaves("eth0")
                        .answerLost(),
                attempt(POD, 4002, EXTERNAL)
                        .at(50)
                        .enters("lxc0")
                        .masqueradedAs(NODE, 51001)
                        .leaves("eth0")
                        .answerLost());

        assertThat(node.rules()).containsExactly("SLB-29");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    // ---- SLB-32 ---------------------------------------------------------------------------------------

    @Test
    void sourcePortThatIsANodePort() throws UnreadableBundleException {
        Diagnosed node = seen(
                withNodePort(),
                attempt(POD, EXTERNAL)
                        .enters("lxc0")
                        .masqueradedAs(NODE, 30880)
                        .leaves("eth0")
                        .answerLost());

        assertThat(node.rules()).containsExactly("SLB-32");
    }

    @Test
    void sourcePortThatIsANodePortAndWorks() throws UnreadableBundleException {
        Diagnosed node = seen(
                withNodePort(),
                attempt(POD, EXTERNAL)
                        .enters("lxc0")
                        .masqueradedAs(NODE, 30880)
                        .leaves("eth0")
                        .answered());

        assertThat(node.rules()).isEmpty();
    }

    // ---- SLB-35 ---------------------------------------------------------------------------------------

    @Test
    void answerWithTheAddressOfTheBackend() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy(),
                attempt(POD, VIP)
                        .enters("lxc0")
                        .translatedTo(BACKEND)
                        .leaves("eth0")
                        .answerUntranslated());

        assertThat(node.rules()).containsExactly("SLB-35");
    }

    // ---- SLB-15 ---------------------------------------------------------------------------------------

    private static MapRow connection(int clientPort, int backendId) {
        return MapRow.in("cilium_ct4_global")
                .key("source", endpoint(VIP).address())
                .key("dport", 8080)
                .key("destination", endpoint(POD + ":1").address())
                .key("sport", clientPort)
                .key("proto", 6)
                .key("flags", 4)
                .value("backend_id", backendId);
    }

    @Test
    void portThatConntrackSendsToABackendThatIsGone() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy().holds(connection(4000, 8123)),
                attempt(POD, VIP).enters("lxc0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-15");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    /** Without an option the collector takes the entries of services alone, and not the whole connection table. */
    @Test
    void entriesThatWereTakenAloneSayTheSame() throws UnreadableBundleException {
        MapRow row = connection(4000, 8123);
        TestNode node = healthy().has("cilium_ct4_global");
        int map = node.mapId("cilium_ct4_global");
        Diagnosed diagnosed = seen(
                node.undumped(map)
                        .text(
                                "bpf/service-conntrack/" + map + ".json",
                                "[{\"key\":%s,\"value\":%s}]"
                                        .formatted(
                                                list(row.keyBytes(ByteOrder.LITTLE_ENDIAN)),
                                                list(row.valueBytes(ByteOrder.LITTLE_ENDIAN)))),
                attempt(POD, VIP).enters("lxc0").unanswered());

        assertThat(diagnosed.rules()).contains("SLB-15");
    }

    private static String list(byte[] bytes) {
        return IntStream.range(0, bytes.length)
                .mapToObj(at -> "\"0x%02x\"".formatted(bytes[at]))
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** The entry is about another port of the client. */
    @Test
    void entryOfAnotherPortExplainsNothing() throws UnreadableBundleException {
        Diagnosed node = seen(
                healthy().holds(connection(4001, 8123)),
                attempt(POD, VIP).enters("lxc0").unanswered());

        assertThat(node.rules()).containsExactly("SLB-24");
    }
}
