package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.CONNECT6;
import static io.ghostmap.evidence.AttachType.RECVMSG4;
import static io.ghostmap.evidence.AttachType.SENDMSG4;
import static io.ghostmap.replay.ReplayedNode.to;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.Mark.LOCAL_REDIRECT;
import static io.ghostmap.support.TestService.Mark.LOCAL_SCOPE;
import static io.ghostmap.support.TestService.Mark.NODE_PORT;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Release;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs of old releases do: {@code bpf/bpf_sock.c} and {@code bpf/lib/lb.h} of Cilium 1.6, 1.7, 1.10 and 1.15. */
final class OldReleasesTest {
    private static final String VIP = "10.96.0.10:80";
    private static final String BACKEND = "10.0.2.2:80";
    private static final String NODE = "192.168.61.17:30080";
    private static final int HOST = 1;
    private static final int WORLD = 2;
    private static final int REMOTE_NODE = 6;
    private static final int KUBE_APISERVER = 7;

    @TempDir
    private Path folder;

    private ReplayedNode replayed(TestNode node) {
        return ReplayedNode.of(node, folder);
    }

    /** Neither names nor maps distinguish 1.6 from 1.7: each end says of which of both it is. */
    private static List<Disposition> outcome(Replay replay, int release) {
        Map<Integer, String> names =
                Map.of(6, "1.6", 7, "1.7", 8, "1.8 to 1.10", 10, "1.8 to 1.10", 11, "1.11 to 1.12");
        Release wanted = new Release("Cilium", names.getOrDefault(release, ""));
        return replay.outcomes().stream()
                .filter(outcome -> outcome.conditions().stream()
                        .allMatch(condition -> !(condition instanceof Condition.OfRelease of)
                                || of.releases().contains(wanted)))
                .map(Outcome::disposition)
                .distinct()
                .toList();
    }

    private static TestNode of(int release) {
        return node().generation("current", 144).release(release).pinned();
    }

    private static TestService nodePort() {
        return service("0.0.0.0:30080").to(BACKEND);
    }

    /** 1.6 has no flags: any entry under address 0 is a NodePort's, and it is the only one that is looked for. */
    @ParameterizedTest
    @CsvSource({"6, false", "7, false", "7, true"})
    void surrogatesOf16HaveNoFlag(int release, boolean flagged) {
        ReplayedNode node = replayed(of(release)
                .serves(flagged ? nodePort().marked(NODE_PORT) : nodePort())
                .serves(service("192.168.61.18:30080").to("10.0.2.9:80"))
                .knows("192.168.61.0/24", HOST)
                .runs(160));

        assertThat(outcome(node.connect(NODE), release)).containsExactly(to(release == 6 || flagged ? BACKEND : NODE));
        assertThat(outcome(node.connect("192.168.61.18:30080"), release))
                .containsExactly(to(release == 6 ? BACKEND : "10.0.2.9:80"));
    }

    @ParameterizedTest
    @CsvSource({"6, 6, false", "7, 6, true", "7, 7, false", "10, 7, false", "11, 7, true"})
    void whichNodesANodePortHoldsFor(int release, int identity, boolean translated) {
        ReplayedNode node = replayed(of(release)
                .serves(nodePort().marked(NODE_PORT))
                .knows("192.168.61.0/24", identity == REMOTE_NODE ? REMOTE_NODE : KUBE_APISERVER)
                .runs(160));

        assertThat(outcome(node.connect(NODE), release)).containsExactly(to(translated ? BACKEND : NODE));
    }

    /** Bit 2 leaves a service alone that is not at an address of this node; later it leads to the internal scope. */
    @ParameterizedTest
    @ValueSource(ints = {HOST, WORLD})
    void localServicesOf17HoldForThisNode(int identity) {
        ReplayedNode node =
                replayed(of(7).serves(service(VIP).marked(LOCAL_SCOPE).to(BACKEND))
                        .knows("10.96.0.0/16", identity)
                        .runs(160));

        assertThat(outcome(node.connect(VIP), 7)).containsExactly(to(identity == HOST ? BACKEND : VIP));
    }

    @Test
    void recvmsgOf17NamesAddressZeroOfANodePort() {
        ReplayedNode node = replayed(of(7).serves(nodePort().marked(NODE_PORT))
                .knows("192.168.61.0/24", HOST)
                .runs(160, SENDMSG4)
                .runs(161, RECVMSG4));
        Replay replay = node.ask(SENDMSG4, NODE, Protocol.UDP, Client.UNKNOWN);

        assertThat(node.peerName(replay, ROOT).seen())
                .extracting(PeerName.Seen::end, PeerName.Seen::name)
                .containsOnly(tuple(to(BACKEND), to("0.0.0.0:30080")));
    }

    /** 1.6 knows no mapped addresses. */
    @ParameterizedTest
    @ValueSource(ints = {6, 7})
    void mappedAddressesAreUnwrappedFrom17On(int release) {
        ReplayedNode node = replayed(of(release).serves(VIP, BACKEND).runs(160, CONNECT6));

        assertThat(outcome(node.connect(CONNECT6, VIP), release)).containsExactly(to(release == 6 ? VIP : BACKEND));
    }

    /** The first backend of the first program is a service of the second, and the socket takes the first slot of both. */
    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void socketCookieChoosesStreamsUpTo17(int release) {
        ReplayedNode node = replayed(node().generation("stale", 27)
                .release(release)
                .serves(VIP, "10.96.0.11:80", "10.0.1.2:80")
                .runs(109)
                .generation("current", 144)
                .release(release)
                .serves("10.96.0.11:80", "10.0.2.1:80", "10.0.2.2:80")
                .runs(160));

        assertThat(node.connect(VIP).outcome())
                .containsExactly(
                        release == 7
                                ? new Disposition[] {to("10.0.2.1:80"), to("10.0.1.2:80")}
                                : new Disposition[] {to("10.0.2.1:80"), to("10.0.2.2:80"), to("10.0.1.2:80")});
    }

    /** Where the kernel had no cookie for the socket, a program up to 1.12 was built to take the first slot. */
    @Test
    void datagramsTakeTheFirstSlotOfAProgramThatAsksForNoCookie() {
        ReplayedNode node = replayed(
                of(10).serves(VIP, BACKEND, "10.0.2.3:80").runs(160, SENDMSG4).calls(160, "bpf_user_rnd_u32"));

        assertThat(node.ask(SENDMSG4, VIP, Protocol.UDP, Client.UNKNOWN).outcome())
                .containsExactly(to(BACKEND));
    }

    /** Up to 1.15 a program looks for a socket of the chosen backend; no other calls the helper for that. */
    @Test
    void programThatLooksForSocketsIsOf115OrOlder() {
        Condition itself = new Condition.ClientIsBackend(ReplayedNode.endpoint(BACKEND));
        ReplayedNode looks = ReplayedNode.of(redirected("bpf_sock_addr_sk_lookup_tcp"), folder.resolve("looks"));
        ReplayedNode does = ReplayedNode.of(redirected("bpf_user_rnd_u32"), folder.resolve("does-not"));

        assertThat(looks.connect(VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(VIP), List.of(itself)), tuple(to(BACKEND), List.of(itself.complement())));
        assertThat(does.connect(VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(BACKEND), List.of()));
    }

    private static TestNode redirected(String call) {
        return of(15).serves(service(VIP).marked(LOCAL_REDIRECT).to(BACKEND))
                .runs(160)
                .calls(160, call, "bpf_get_socket_cookie_sock_addr", "bpf_user_rnd_u32");
    }

    /** The kernel itself refuses a datagram to a port 0 that a program put there ({@code udp_sendmsg}). */
    @Test
    void proxyWithoutAPortRefusesDatagrams() {
        ReplayedNode node = replayed(of(15).serves(service(VIP).proxied(0).to(BACKEND))
                .runs(160)
                .calls(160, "bpf_sock_addr_sk_lookup_tcp")
                .runs(161, SENDMSG4)
                .calls(161, "bpf_sock_addr_sk_lookup_udp"));
        Client onHost = new Client(OptionalLong.empty(), Optional.of(true));

        assertThat(node.ask(SENDMSG4, VIP, Protocol.UDP, onHost).outcome())
                .singleElement()
                .isInstanceOfSatisfying(
                        Disposition.Refused.class,
                        refused -> assertThat(refused.errors()).containsExactly(Errno.EINVAL));
        assertThat(node.ask(CONNECT4, VIP, Protocol.TCP, onHost).outcome()).containsExactly(to("127.0.0.1:0"));
    }

    /** Half of the key's address is left as it was on the stack in many builds. */
    @Test
    void sessionsOfIpv6AreNeverCertain() {
        String vip = "[fd00:10::1]:80";
        ReplayedNode node = replayed(node().generation("current", 144)
                .pinned()
                .serves(service(vip).sticky(10_800).revNatId(408).to("[fd00::1]:80", "[fd00::2]:80"))
                .remembers(408, 4242, "[fd00::2]:80", 99_000)
                .runs(160, CONNECT6)
                .text("node/uptime", "100000.00 1.00\n"));

        assertThat(node.connect(CONNECT6, vip).outcomes().get(0).conditions())
                .singleElement()
                .isInstanceOf(Condition.SessionAlive.class);
    }
}
