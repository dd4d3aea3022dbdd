package io.ghostmap.replay;

import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Condition.ClientInNamespace;
import io.ghostmap.datapath.program.Condition.ClientIsBackend;
import io.ghostmap.datapath.program.Condition.SessionAlive;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.NodeBundle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the evidence leaves something open, each outcome says what it takes for given, and all of them together are one. */
final class OpenQuestionsTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String CONNECT4 = "cgroup_inet4_connect";
    private static final String VIP = "10.96.0.10:80";
    private static final int ANY = 0;
    private static final int TCP = 6;
    private static final int LOCAL_REDIRECT = 1;
    private static final int AFFINITY = 0x10;

    @TempDir
    private Path folder;

    private Replay replay(NodeBundle node) {
        return ReplayedNode.of(node, folder).connect(AttachType.CONNECT4, VIP);
    }

    private static Condition in(long cookie) {
        return ClientInNamespace.of(List.of(cookie));
    }

    private static NodeBundle exempt(NodeBundle node, int skipMap, long cookie) {
        ByteBuffer key = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(cookie);
        return node.row(skipMap, key.put(new byte[] {10, 96, 0, 10, 0, 80}).array(), new byte[1]);
    }

    /** Two generations with a local redirect policy for one address, each with a map of the clients that it exempts. */
    private static NodeBundle redirects() {
        return new NodeBundle()
                .generation(27, 28, false)
                .backend(28, 7, "10.0.1.1:80")
                .serviceWithCount(27, VIP, TCP, 0, LOCAL_REDIRECT, 1, 7)
                .map(29, "hash", "cilium_skip_lb4", 16, 1, "")
                .generation(144, 145, true)
                .backend(145, 9, "10.0.2.2:80")
                .serviceWithCount(144, VIP, TCP, 0, LOCAL_REDIRECT, 1, 9)
                .map(146, "hash", "cilium_skip_lb4", 16, 1, "/sys/fs/bpf/tc/globals/cilium_skip_lb4")
                .program(109, "cil_sock4_connect", 27, 28, 29)
                .program(160, "cil_sock4_connect", 144, 145, 146)
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");
    }

    /** Was: also 10.0.2.2, "if the client is in the namespace with cookie 7, and the client is in no such namespace". */
    @Test
    void clientThatOneProgramExemptsIsTheSameForTheNext() {
        Replay replay = replay(exempt(exempt(redirects(), 29, 7), 146, 7));

        assertThat(replay.outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(VIP), List.of(in(7))), tuple(to("10.0.1.1:80"), List.of(in(7).complement())));
    }

    @Test
    void clientOfOneNamespaceIsInNoOther() {
        Replay replay = replay(exempt(exempt(redirects(), 29, 7), 146, 8));

        assertThat(replay.outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(to("10.0.2.2:80"), List.of(in(7))),
                        tuple(to("10.0.1.1:80"), List.of(in(7).complement())));
    }

    /** Services of 1.12 over the backends of their time, with a local redirect policy. */
    private static NodeBundle oldRedirect(
            NodeBundle node, int services, int backends, String pins, String backend, int program) {
        ByteBuffer value = ByteBuffer.allocate(8)
                .put(endpoint(backend).address().toBytes())
                .putShort((short) 80);
        return node.map(services, "hash", "cilium_lb4_serv", 12, 12, pins.isEmpty() ? "" : pins + "services_v2")
                .map(backends, "hash", "cilium_lb4_back", 4, 8, pins.isEmpty() ? "" : pins + "backends_v2")
                .serviceWithCount(services, VIP, ANY, 0, LOCAL_REDIRECT, 1, 9)
                .row(backends, new byte[] {9, 0, 0, 0}, value.array())
                .program(program, "sock4_connect", services, backends)
                .attach(ROOT, program, CONNECT4, "multi");
    }

    /** Was: 10.0.2.2 "if the client is itself the chosen backend …, and is not itself the chosen backend …". */
    @Test
    void clientThatIsOneBackendNeedNotBeAnother() {
        NodeBundle node = oldRedirect(new NodeBundle(), 27, 28, "", "10.0.1.1:80", 109);
        oldRedirect(node, 144, 145, "/sys/fs/bpf/tc/globals/cilium_lb4_", "10.0.2.2:80", 160);
        Condition first = new ClientIsBackend(endpoint("10.0.1.1:80"));
        Condition second = new ClientIsBackend(endpoint("10.0.2.2:80"));

        assertThat(replay(node).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(to(VIP), List.of(first, second)),
                        tuple(to("10.0.2.2:80"), List.of(first, second.complement())),
                        tuple(to("10.0.1.1:80"), List.of(first.complement())));
    }

    @Test
    void clientThatIsTheBackendOfBothPassesBoth() {
        NodeBundle node = oldRedirect(new NodeBundle(), 27, 28, "", "10.0.1.1:80", 109);
        oldRedirect(node, 144, 145, "/sys/fs/bpf/tc/globals/cilium_lb4_", "10.0.1.1:80", 160);
        Condition itself = new ClientIsBackend(endpoint("10.0.1.1:80"));

        assertThat(replay(node).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(to(VIP), List.of(itself)), tuple(to("10.0.1.1:80"), List.of(itself.complement())));
    }

    /** A session of the namespace with cookie 4242 at 10.0.2.2, used at that time; the clock shows 100000. */
    private static NodeBundle session(int lastUsed) {
        NodeBundle node = new NodeBundle()
                .text("node/uptime", "100000.00 1.00\n")
                .generation(144, 145, true)
                .backend(145, 8, "10.0.2.1:80")
                .backend(145, 9, "10.0.2.2:80")
                .map(151, "lru_hash", "cilium_lb4_affi", 16, 16, "")
                .map(152, "hash", "cilium_lb_affin", 8, 1, "")
                .program(160, "cil_sock4_connect", 144, 145, 151, 152)
                .attach(ROOT, 160, CONNECT4, "multi");
        TrapsTest.entry(node, 144, VIP, TCP, 0, 10_800, 2, AFFINITY);
        TrapsTest.entry(node, 144, VIP, TCP, 1, 8, 0, 0);
        TrapsTest.entry(node, 144, VIP, TCP, 2, 9, 0, 0);
        ByteBuffer client = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        client.putLong(4242).put((byte) 1).put((byte) 0x98).put((byte) 1);
        ByteBuffer session = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        node.row(151, client.array(), session.putLong(lastUsed).putInt(9).array());
        ByteBuffer match = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(9);
        return node.row(152, match.put((byte) 1).put((byte) 0x98).array(), new byte[1]);
    }

    /** Was: 10.0.2.1 and 10.0.2.2 with half of all connects each, under no condition. */
    @Test
    void onlyClientsWithoutASessionChoose() {
        assertThat(replay(session(99_000)).outcomes())
                .extracting(Outcome::disposition, Outcome::share, Outcome::conditions)
                .containsExactly(
                        tuple(to("10.0.2.2:80"), 1.0, List.of(in(4242))),
                        tuple(to("10.0.2.1:80"), 0.5, List.of(in(4242).complement())),
                        tuple(to("10.0.2.2:80"), 0.5, List.of(in(4242).complement())));
    }

    /** A clock that shows a time long before the session's: an agent that counts in jiffies, or another boot. */
    @Test
    void sessionUnderAClockThatIsNotBelievedCountsOrHasRunOut() {
        List<Outcome> outcomes = replay(session(16_800_000)).outcomes();

        Condition alive = outcomes.get(0).conditions().get(1);
        assertThat(alive)
                .asInstanceOf(InstanceOfAssertFactories.type(SessionAlive.class))
                .extracting(session -> session.session().dump().mapId())
                .isEqualTo(151);
        assertThat(outcomes)
                .extracting(Outcome::disposition, Outcome::share, Outcome::conditions)
                .containsExactly(
                        tuple(to("10.0.2.2:80"), 1.0, List.of(in(4242), alive)),
                        tuple(to("10.0.2.1:80"), 0.5, List.of(in(4242), alive.complement())),
                        tuple(to("10.0.2.2:80"), 0.5, List.of(in(4242), alive.complement())),
                        tuple(to("10.0.2.1:80"), 0.5, List.of(in(4242).complement())),
                        tuple(to("10.0.2.2:80"), 0.5, List.of(in(4242).complement())));
    }

    /** What LiveKernelTest with seed 2360420349848 showed: the client's namespace is known, and half of it was certain. */
    @Test
    void sessionOfAKnownClientCountsOrHasRunOut() {
        Client client = new Client(OptionalLong.of(4242), Optional.empty());
        List<Outcome> outcomes = ReplayedNode.of(session(16_800_000), folder)
                .ask(AttachType.CONNECT4, VIP, Protocol.TCP, client)
                .outcomes();

        assertThat(outcomes)
                .extracting(Outcome::disposition)
                .containsExactly(to("10.0.2.2:80"), to("10.0.2.1:80"), to("10.0.2.2:80"));
        assertThat(outcomes)
                .allSatisfy(outcome -> assertThat(outcome.conditions()).hasSize(1));
    }
}
