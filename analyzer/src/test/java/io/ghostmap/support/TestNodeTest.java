package io.ghostmap.support;

import static io.ghostmap.evidence.AttachType.CONNECT6;
import static io.ghostmap.evidence.AttachType.GETPEERNAME4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.POD;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.cilium.Cilium;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.TrafficSink;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a test describes is what the analyzer then reads. */
final class TestNodeTest {
    private static final String VIP = "10.96.0.10:80";
    private static final String BACKEND = "10.0.2.2:8080";

    @TempDir
    private Path folder;

    private final TrafficSink traffic = new TrafficSink();

    private Evidence read(TestNode node) throws UnreadableBundleException {
        EvidenceSink sink = new EvidenceSink();
        Bundle bundle = new BundleReader(Limits.DEFAULT).read(node.write(folder), List.of(sink, traffic));
        return sink.assemble(bundle);
    }

    private Datapath datapath(TestNode node) throws UnreadableBundleException {
        Evidence evidence = read(node);
        return DatapathReader.read(evidence);
    }

    @Test
    void generationHasItsServicesInEveryReleaseAndByteOrder() throws UnreadableBundleException {
        for (int release : new int[] {10, 12, 16, 17, 20}) {
            for (boolean big : new boolean[] {false, true}) {
                TestNode node = node().generation("only")
                        .release(release)
                        .serves(service(VIP).to("10.0.0.1:1", BACKEND).counting(1))
                        .serves("[fd00::10]:80", "[fd00::2]:8080")
                        .loads(160, CONNECT6);
                View view = datapath(big ? node.bigEndian() : node).view(160).orElseThrow();

                assertThat(view.servicesV4().content().orElseThrow().values())
                        .singleElement()
                        .satisfies(service -> {
                            assertThat(service.frontend().protocol())
                                    .isEqualTo(release < 17 ? Protocol.ANY : Protocol.TCP);
                            assertThat(service.slots()).hasSize(2);
                            assertThat(view.backendsOf(service))
                                    .extracting(Endpoint::toString)
                                    .containsExactly("10.0.0.1:1");
                        });
                assertThat(view.servicesV6().content().orElseThrow().values())
                        .flatExtracting(view::backendsOf)
                        .extracting(Endpoint::toString)
                        .containsExactly("[fd00::2]:8080");
            }
        }
    }

    @Test
    void programsReadTheMapsOfTheirGenerationThatTheirHookNeeds() throws UnreadableBundleException {
        Evidence evidence = read(node().generation("only", 27)
                .serves(VIP, BACKEND)
                .knows("10.0.0.0/8", 2)
                .holds(MapRow.in("cilium_ct4_global").key("proto", 6))
                .runs(160)
                .at(POD)
                .runs(161, GETPEERNAME4));

        assertThat(evidence.bpf().state().programs().all())
                .extracting(BpfProgram::name, BpfProgram::mapIds)
                .containsExactly(
                        tuple("cil_sock4_connect", List.of(27, 28, 29, 33)),
                        tuple("cil_sock4_getpeername", List.of(27, 29)));
        assertThat(evidence.cgroups().attached())
                .extracting(cgroup -> cgroup.path())
                .containsExactly(TestNode.ROOT, POD);
    }

    @Test
    void sessionsAndIdentitiesAreRowsOfTheirMaps() throws UnreadableBundleException {
        TestNode node = node().generation("only", 27)
                .serves(service(VIP).to(BACKEND).revNatId(7).sticky(600))
                .remembers(7, 4242, BACKEND, 99)
                .knows("10.0.0.0/8", 6)
                .loads(160);
        Evidence evidence = read(node);
        Cilium cilium = Cilium.onNode(evidence);
        Datapath datapath = DatapathReader.read(evidence, List.of(cilium));

        assertThat(datapath.identities().values())
                .filteredOn(identity -> !identity.fullName().contains("services"))
                .extracting(Identity::fullName)
                .containsExactly(
                        "cilium_lb4_backends_v3",
                        "cilium_ipcache_v2",
                        "cilium_lb4_affinity",
                        "cilium_lb_affinity_match");
        assertThat(evidence.bpf().dumps().values())
                .filteredOn(dump -> dump.mapId() > 28)
                .extracting(dump ->
                        cilium
                                .fields(
                                        Objects.requireNonNull(
                                                datapath.identities().get(dump.mapId())),
                                        dump,
                                        0)
                                .stream()
                                .filter(field -> !field.text().equals("0")
                                        && !field.text().equals("::"))
                                .map(field -> field.name() + "=" + field.text())
                                .collect(Collectors.joining(" ")))
                .containsExactly(
                        "prefix_bits=40 family=1 address=10.0.0.0 identity=6 tunnel_endpoint=0.0.0.0 flags=0x0",
                        "client_id=4242 rev_nat_id=7 netns_cookie=0x1 last_used=99 backend_id=1",
                        "backend_id=1 rev_nat_id=7");
    }

    @Test
    void pinsAndAgentsMakeAGenerationCurrent() throws UnreadableBundleException {
        Datapath datapath = datapath(node().generation("old", 27)
                .runs(109)
                .generation("new", 144)
                .pinned()
                .heldByAgent(77)
                .runs(160));

        assertThat(datapath.generations())
                .filteredOn(Generation::isCurrent)
                .extracting(Generation::mapId)
                .containsExactly(144, 145);
    }

    @Test
    void agentAndKubernetesSayWhatTheTestSays() throws UnreadableBundleException {
        Evidence evidence = read(node().agentLists(VIP, BACKEND)
                .agentServes(5, VIP, BACKEND)
                .config("BPFSocketLBHostnsOnly", true)
                .kubernetes(cluster -> {
                    cluster.service("shop/cart", VIP, 8080).ready("10.0.2.2").terminating("10.0.1.1");
                    cluster.pod("shop/cart-1", "10.0.2.2");
                }));

        assertThat(evidence.agent().bpfServices())
                .singleElement()
                .satisfies(claim -> assertThat(claim.backends())
                        .extracting(Endpoint::toString)
                        .containsExactly(BACKEND));
        assertThat(evidence.agent().services())
                .singleElement()
                .satisfies(claim -> assertThat(claim.source().locator()).contains("5"));
        assertThat(evidence.agent().options().stated(AgentOptions.Option.HOST_NETWORK_ONLY))
                .isPresent();
        assertThat(evidence.kubernetes().serviceName(Addresses.endpoint(VIP))).contains("shop/cart");
        assertThat(evidence.kubernetes().podName(IpAddress.parse("10.0.2.2").orElseThrow()))
                .contains("shop/cart-1");
        assertThat(evidence.kubernetes().endpoints()).hasSize(2);
    }

    @Test
    void theNodesNetworkIsWhatTheTestSays() throws UnreadableBundleException {
        Evidence evidence = read(node().socket("udp", "10.0.0.7:5000", BACKEND, 4711)
                .tc("lxc1", "clsact/ingress", 300, "cil_from_container")
                .kernel("6.8.0")
                .calls(160, "bpf_get_netns_cookie"));

        assertThat(evidence.network().sockets().all())
                .singleElement()
                .satisfies(socket -> assertThat(socket.cookie()).isEqualTo(4711));
        assertThat(evidence.network().devices()).hasSize(1);
        assertThat(evidence.node().kernel()).contains("6.8.0");
        assertThat(evidence.bpf().calls(160)).containsExactly("bpf_get_netns_cookie");
    }

    @Test
    void attemptsEndAsTheTestSays() throws UnreadableBundleException {
        read(node().sees(
                        attempt("10.0.0.7", 4000, "10.0.1.1:80").unanswered(),
                        attempt("10.0.0.7", 4001, "10.0.1.2:80").answered(),
                        attempt("10.0.0.7", 4002, "10.0.1.3:80").refused()));

        assertThat(traffic.assemble().destinations())
                .extracting(destination -> destination.endpoint().toString(), Destination::reply)
                .containsExactlyInAnyOrder(
                        tuple("10.0.1.1:80", Reply.NONE),
                        tuple("10.0.1.2:80", Reply.ANSWERED),
                        tuple("10.0.1.3:80", Reply.REFUSED));
    }
}
