package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.CONNECT6;
import static io.ghostmap.evidence.AttachType.SENDMSG4;
import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.Mark.EXTERNAL_IP;
import static io.ghostmap.support.TestService.Mark.EXTERNAL_LOCAL;
import static io.ghostmap.support.TestService.Mark.LOCAL_REDIRECT;
import static io.ghostmap.support.TestService.Mark.NODE_PORT;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Condition.BuiltWith;
import io.ghostmap.datapath.program.Condition.OfRelease;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Release;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that decide otherwise than most, because of an option of their agent, of their kernel or of their release:
 * {@code bpf/bpf_sock.c} and {@code bpf/lib/lb.h} of Cilium 1.10, 1.12, 1.14, 1.17 and 1.19.
 */
final class BuiltOtherwiseTest {
    private static final String VIP = "10.96.0.10:80";
    private static final String OTHER = "10.96.0.20:80";
    private static final String BACKEND = "10.0.2.2:80";
    private static final String STALE = "10.0.1.1:80";
    private static final String NODE = "192.168.61.17:30080";
    private static final String HOSTS_ONLY_IN_STATUS =
            "{\"kube-proxy-replacement\":{\"features\":{\"bpfSocketLBHostnsOnly\":true}}}";
    private static final int HOST = 1;
    private static final int WORLD = 2;

    private static final Condition ON_HOST = new Condition.ClientOnHost();
    private static final Condition IN_POD = ON_HOST.complement();

    @TempDir
    private Path folder;

    /** The current generation, with an ipcache that knows one network; program 160 reads it and runs. */
    private static TestNode current(String network, int identity) {
        return node().generation("current", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .knows(network, identity)
                .runs(160);
    }

    private static TestNode current() {
        return current("10.9.9.0/24", WORLD);
    }

    /** A stale generation, whose program 109 runs first, and the current one. */
    private static TestNode staleFirst() {
        return node().generation("stale", 27)
                .serves(VIP, STALE)
                .runs(109)
                .generation("current", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .runs(160);
    }

    private ReplayedNode replayed(TestNode node) {
        return ReplayedNode.of(node, folder);
    }

    private static Condition hostsOnly(int program) {
        return new BuiltWith(program, "bpf-lb-sock-hostns-only", true);
    }

    // ---- options of the agent -------------------------------------------------------------------------

    @Test
    void hostNetworkAloneIsTranslatedWhereTheAgentSaysSo() {
        assertThat(replayed(current().config("BPFSocketLBHostnsOnly", true))
                        .connect(VIP)
                        .outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactlyInAnyOrder(tuple(to(BACKEND), List.of(ON_HOST)), tuple(to(VIP), List.of(IN_POD)));
    }

    @Test
    void statusSaysItAsWell() {
        ReplayedNode node = replayed(current().unconfigured().text("cilium/status.json", HOSTS_ONLY_IN_STATUS));
        Replay replay = node.connect(VIP);

        assertThat(replay.outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .contains(tuple(to(VIP), List.of(IN_POD)));
        assertThat(node.replayer().steps(replay).get(0).options())
                .containsExactly(new Citation("cilium/status.json", "bpfSocketLBHostnsOnly", "true"));
    }

    @Test
    void valueThatIsNoneSaysNothing() {
        ReplayedNode node = replayed(current()
                .config("BPFSocketLBHostnsOnly", "<nil>")
                .config("NodePortMin", 0)
                .text("cilium/status.json", HOSTS_ONLY_IN_STATUS));

        assertThat(node.connect(VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .contains(tuple(to(VIP), List.of(IN_POD)));
    }

    private static Condition unsaid(String option) {
        return new BuiltWith(160, option, false);
    }

    /** Was: pods are translated as well, which 366 connects through programs for the host alone proved wrong. */
    @Test
    void howAProgramWasBuiltIsLeftOpenWhereNothingSaysIt() {
        Condition built = unsaid("bpf-lb-sock-hostns-only");

        assertThat(replayed(current().unconfigured()).connect(VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactlyInAnyOrder(
                        tuple(to(BACKEND), List.of(built, ON_HOST)),
                        tuple(to(VIP), List.of(built, IN_POD)),
                        tuple(to(BACKEND), List.of(built.complement())));
    }

    @Test
    void programThatAsksForNoNamespaceIsForEveryClient() {
        ReplayedNode node = replayed(current().unconfigured().calls(160, "bpf_get_socket_cookie_sock_addr"));

        assertThat(node.connect(VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(BACKEND), List.of()));
    }

    /** The instructions show that no namespace is asked for, so that the one option alone is open. */
    @ParameterizedTest
    @CsvSource({
        "192.168.61.17:30080, node-port-range=30000-32767",
        "203.0.113.5:80, disable-external-ip-mitigation",
        "10.96.0.20:80, enable-no-service-endpoints-routable=false"
    })
    void whatElseItWasBuiltWithIsLeftOpenToo(String address, String option) {
        ReplayedNode node = replayed(current("192.168.61.0/24", HOST)
                .unconfigured()
                .serves(service("0.0.0.0:30080").marked(NODE_PORT).to(BACKEND))
                .serves(service("203.0.113.5:80").marked(EXTERNAL_IP).to(BACKEND))
                .serves(OTHER)
                .calls(160, "bpf_get_socket_cookie_sock_addr"));

        assertThat(node.connect(address).outcomes())
                .flatExtracting(Outcome::conditions)
                .contains(unsaid(option), unsaid(option).complement());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "false"})
    void servicesOfAProxyAreLikeOthersToAProgramWithoutIt(String configured) {
        TestNode node = current().serves(service(OTHER).proxied(10_001).to(BACKEND));
        if (configured.isEmpty()) {
            node.unconfigured();
        } else {
            node.config("EnableEnvoyConfig", configured);
        }
        List<Disposition> outcome = replayed(node.calls(160, "bpf_get_socket_cookie_sock_addr"))
                .connect(OTHER)
                .outcome();

        assertThat(outcome)
                .containsExactlyInAnyOrderElementsOf(
                        switch (configured) {
                            case "true" -> List.of(to("127.0.0.1:10001"));
                            case "false" -> List.of(to(BACKEND));
                            default -> List.of(to("127.0.0.1:10001"), to(BACKEND));
                        });
    }

    @Test
    void howAnOlderProgramWasBuiltIsLeftOpen() {
        Condition built = hostsOnly(109);

        assertThat(replayed(staleFirst().config("BPFSocketLBHostnsOnly", true))
                        .connect(VIP)
                        .outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactlyInAnyOrder(
                        tuple(to(STALE), List.of(built, ON_HOST)),
                        tuple(to(VIP), List.of(built, IN_POD)),
                        tuple(to(STALE), List.of(built.complement())));
    }

    /** connect6 asks twice, in the maps of both families, and the next program asks again. */
    @Test
    void hostNetworkAloneIsAskedOnceOfEachClient() {
        TestNode node = node().generation("stale", 27)
                .serves(VIP, STALE)
                .serves("[fd00:10::1]:80", "[fd00::2]:80")
                .runs(109, CONNECT6)
                .generation("current", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .runs(160, CONNECT6)
                .config("BPFSocketLBHostnsOnly", true);
        Condition built = hostsOnly(109);

        assertThat(replayed(node).connect(CONNECT6, VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactlyInAnyOrder(
                        tuple(to(STALE), List.of(built, ON_HOST)),
                        tuple(to(VIP), List.of(built, IN_POD)),
                        tuple(to(STALE), List.of(built.complement())));
    }

    /** An agent keeps pinned maps when it starts anew with other options: an older program can read them as well. */
    @Test
    void olderProgramOverTheSameMapsIsNotTheAgents() {
        TestNode node = node().generation("current", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .runs(109)
                .runs(160)
                .config("BPFSocketLBHostnsOnly", true);

        assertThat(replayed(node).connect(VIP).outcomes())
                .flatExtracting(Outcome::conditions)
                .contains(hostsOnly(109), hostsOnly(109).complement())
                .doesNotContain(hostsOnly(160), hostsOnly(160).complement());
    }

    @Test
    void nodePortsOfAnOlderProgramAreLeftOpen() {
        TestNode node = node().generation("stale", 27)
                .serves(service("0.0.0.0:30080").marked(NODE_PORT).to(STALE))
                .knows("192.168.61.0/24", HOST)
                .runs(109)
                .generation("current", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .loads(160)
                .config("NodePortMin", 20_000)
                .config("NodePortMax", 22_767);
        Condition built = new BuiltWith(109, "node-port-range", true);

        assertThat(replayed(node).connect(NODE).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactlyInAnyOrder(
                        tuple(to(NODE), List.of(built)), tuple(to(STALE), List.of(built.complement())));
    }

    @Test
    void nodePortsAreThoseOfTheAgent() {
        String status =
                "{\"kube-proxy-replacement\":{\"features\":{\"nodePort\":{\"portMin\":20000,\"portMax\":22767}}}}";
        ReplayedNode node = replayed(current("192.168.61.0/24", HOST)
                .serves(service("0.0.0.0:20080").marked(NODE_PORT).to(BACKEND))
                .serves(service("0.0.0.0:31000").marked(NODE_PORT).to(BACKEND))
                .text("cilium/status.json", status));

        assertThat(node.connect("192.168.61.17:20080").outcome()).containsExactly(to(BACKEND));
        assertThat(node.connect("192.168.61.17:31000").outcome()).containsExactly(to("192.168.61.17:31000"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void externalIpsOfOtherNodesAreTranslatedWithoutTheMitigation(boolean mitigated) {
        ReplayedNode node = replayed(current("203.0.113.0/24", WORLD)
                .serves(service("203.0.113.5:80").marked(EXTERNAL_IP).to(BACKEND))
                .config("DisableExternalIPMitigation", !mitigated));

        assertThat(node.connect("203.0.113.5:80").outcome())
                .containsExactly(to(mitigated ? "203.0.113.5:80" : BACKEND));
    }

    @Test
    void emptyServicesPassWhereTheAgentRoutesThem() {
        ReplayedNode node = replayed(current()
                .serves(OTHER)
                .serves(service("192.0.2.7:80").marked(NODE_PORT, EXTERNAL_LOCAL))
                .config("EnableNoServiceEndpointsRoutable", false));
        Replay replay = node.connect(OTHER);

        assertThat(replay.outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .contains(tuple(
                        to(OTHER), List.of(new OfRelease(160, releases("1.19 before 1.19.4", "1.19.4 or newer")))));
        assertThat(node.replayer().steps(replay).get(0).options())
                .contains(new Citation("cilium/config.txt", "EnableNoServiceEndpointsRoutable", "false"));
        assertThat(node.connect("192.0.2.7:80").outcome()).singleElement().isInstanceOf(Disposition.Refused.class);
    }

    private static List<Release> releases(String... versions) {
        return List.of(versions).stream()
                .map(version -> new Release("Cilium", version))
                .toList();
    }

    // ---- what the kernel lets it do -------------------------------------------------------------------

    private static List<Errno> errors(Replay replay) {
        return replay.outcome().stream()
                .filter(Disposition.Refused.class::isInstance)
                .flatMap(end -> ((Disposition.Refused) end).errors().stream())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.15.0-101-generic", "6.1.0"})
    void errorIsPermissionDeniedOnAKernelThatKnowsNoOther(String kernel) {
        Replay replay = replayed(current().serves(OTHER).kernel(kernel)).connect(OTHER);

        if (kernel.startsWith("5")) {
            assertThat(errors(replay)).containsExactly(Errno.EPERM);
        } else {
            assertThat(errors(replay)).contains(Errno.EHOSTUNREACH);
        }
    }

    @Test
    void capturedInstructionsSayMoreOfTheErrorThanTheRelease() {
        TestNode node = node().generation("current", 144)
                .pinned()
                .serves(service(VIP).over(Protocol.ANY).to(BACKEND)) // up to 1.18, none of which reports its error
                .serves(service(OTHER).over(Protocol.ANY))
                .runs(160)
                .calls(160, "bpf_set_retval");

        assertThat(errors(replayed(node).connect(OTHER))).containsExactly(Errno.EHOSTUNREACH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpf_get_socket_cookie_sock_addr", "bpf_get_netns_cookie_sock_addr"})
    void programThatAsksForNoNamespaceTakesEveryClientForTheHosts(String call) {
        ReplayedNode node = replayed(current()
                .serves(service("0.0.0.0:30080").marked(NODE_PORT).to(BACKEND))
                .calls(160, call));

        assertThat(node.connect("127.0.0.1:30080").outcomes().get(0))
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(to(BACKEND), call.contains("netns") ? List.of(ON_HOST) : List.of());
    }

    /** Without symbols bpftool prints no name, or the address: that nothing is called is no sign then. */
    @ParameterizedTest
    @ValueSource(strings = {"unknown", "bpf_unspec", "0xffffffff81234560"})
    void callsWithoutNamesSayNothing(String call) {
        ReplayedNode node = replayed(current()
                .serves(service("0.0.0.0:30080").marked(NODE_PORT).to(BACKEND))
                .text("bpf/program-dumps/160.json", "[{\"disasm\":\"(85) call " + call + "#0\"}]"));

        assertThat(node.connect("127.0.0.1:30080").outcomes().get(0).conditions())
                .containsExactly(ON_HOST);
    }

    // ---- what its release does ------------------------------------------------------------------------

    @Test
    void sctpIsLeftToTheProgramsAtDevices() {
        ReplayedNode node = replayed(
                current().serves(service("10.96.0.30:3868").over(Protocol.SCTP).to(BACKEND)));

        assertThat(node.replayer().replay(node.hooks(), Frontend.external(endpoint("10.96.0.30:3868"), Protocol.SCTP)))
                .isEmpty();
    }

    /** Cilium up to 1.16: one entry is for datagrams as well, and sendmsg has programs of its own. */
    @Test
    void datagramsAreAskedForWhereAnEntryIsForEveryProtocol() {
        ReplayedNode node = replayed(node().generation("stale", 27)
                .release(12)
                .serves(VIP, STALE)
                .loads(109, SENDMSG4)
                .generation("current", 144)
                .release(12)
                .pinned()
                .serves(VIP, BACKEND)
                .runs(160)
                .loads(161, SENDMSG4)
                .attach(SENDMSG4, 109, 161));

        assertThat(node.all())
                .extracting(
                        replay -> replay.hook().attachType(),
                        replay -> replay.frontend().protocol(),
                        Replay::outcome)
                .containsExactly(
                        tuple(CONNECT4, Protocol.TCP, List.of(to(BACKEND))),
                        tuple(SENDMSG4, Protocol.UDP, List.of(to(STALE))));
    }

    /** Was: no replay of the stream, because the current generation knows the address for datagrams. */
    @Test
    void streamsAreAskedForWhereAnotherEntryIsForDatagrams() {
        ReplayedNode node = replayed(node().generation("stale", 27)
                .release(12)
                .serves(VIP, STALE)
                .runs(109)
                .loads(110, SENDMSG4)
                .generation("current", 144)
                .pinned()
                .serves(service(VIP).over(Protocol.UDP).to(BACKEND))
                .runs(160)
                .loads(161, SENDMSG4)
                .attach(SENDMSG4, 110, 161));

        assertThat(node.all())
                .extracting(
                        replay -> replay.hook().attachType(),
                        replay -> replay.frontend().protocol(),
                        Replay::outcome)
                .containsExactlyInAnyOrder(
                        tuple(CONNECT4, Protocol.TCP, List.of(to(STALE))),
                        tuple(CONNECT4, Protocol.UDP, List.of(to(STALE))),
                        tuple(SENDMSG4, Protocol.UDP, List.of(to(STALE))));
    }

    /** 1.12: a proxy is redirected to even where the service has no backend. */
    @Test
    void proxyNeedsNoBackends() {
        TestNode node = node().generation("current", 144)
                .release(12)
                .pinned()
                .serves(service(OTHER).proxied(10_000))
                .runs(160);

        assertThat(replayed(node).connect(OTHER).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .contains(tuple(to("127.0.0.1:10000"), List.of(ON_HOST)));
    }

    /** From 1.18 on a proxy without a port is none. */
    @Test
    void proxyNeedsAPort() {
        ReplayedNode node = replayed(current().serves(service(OTHER).proxied(0).to(BACKEND)));

        assertThat(node.connect(OTHER).outcome()).contains(to(BACKEND));
    }

    /** An address of IPv4 in the form of IPv6 is none of this node's, whatever the ipcache would say. */
    @Test
    void mappedAddressIsNoNodesOwn() {
        ReplayedNode node = replayed(node().generation("current", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .serves(service("[::]:30080").marked(NODE_PORT).to("[fd00::2]:80"))
                .knows("10.9.9.0/24", WORLD)
                .runs(160, CONNECT6)
                .undumped(150));

        assertThat(node.connect(CONNECT6, NODE).outcome()).containsExactly(to(NODE));
    }

    /** Up to 1.15 the client's own socket is looked for over IPv4 alone. */
    @Test
    void redirectPolicyExemptsNobodyOverIpv6() {
        ReplayedNode node = replayed(node().generation("current", 144)
                .release(12)
                .pinned()
                .serves(service("[fd00:10::1]:80").marked(LOCAL_REDIRECT).to("[fd00::2]:80"))
                .runs(160, CONNECT6));

        assertThat(node.connect(CONNECT6, "[fd00:10::1]:80").outcomes())
                .singleElement()
                .satisfies(outcome -> {
                    assertThat(outcome.disposition()).isEqualTo(to("[fd00::2]:80"));
                    assertThat(outcome.conditions()).isEmpty();
                });
    }
}
