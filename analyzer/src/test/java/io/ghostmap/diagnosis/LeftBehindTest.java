package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Addresses.endpoint;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.support.Attempt;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State that outlived what it was made for: sockets (SLB-16), sessions (SLB-17) and rules of kube-proxy (SLB-25). */
final class LeftBehindTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String BACKEND = "172.16.109.127:8080";
    private static final String GONE = "172.16.31.99:8080";
    private static final String CLIENT = "10.0.0.7";
    private static final int TERMINATING = 1;

    @TempDir
    private Path folder;

    private static TestNode healthy() {
        return node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .wantedAt(VIP, BACKEND)
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .interfaces();
    }

    private Diagnosed seen(TestNode node, Attempt... attempts) throws UnreadableBundleException {
        Attempt good = attempt(CLIENT, 3999, BACKEND)
                .at(100)
                .enters("lxc0")
                .leaves("eth0")
                .answered();
        return Diagnosed.of(
                node.sees(Stream.concat(Stream.of(good), Stream.of(attempts)).toArray(Attempt[]::new)), folder);
    }

    // ---- SLB-16 ---------------------------------------------------------------------------------------

    private static TestNode connected(String remote, long cookieOfTheEntry) {
        return healthy()
                .socket("udp", "10.0.0.7:46958", remote, 0x7a31)
                .holds(MapRow.in("cilium_lb4_reverse_sk")
                        .key("cookie", cookieOfTheEntry)
                        .key("address", endpoint(remote).address())
                        .key("port", endpoint(remote).port())
                        .value("address", endpoint(VIP).address())
                        .value("port", endpoint(VIP).port())
                        .value("rev_nat_id", 1));
    }

    @Test
    void socketThatIsConnectedToABackendThatIsGone() throws UnreadableBundleException {
        Diagnosed node = seen(connected(GONE, 0x7a31));

        assertThat(node.rules()).containsExactly("SLB-16");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    @Test
    void socketThatIsConnectedToABackendOfToday() throws UnreadableBundleException {
        assertThat(seen(connected(BACKEND, 0x7a31)).rules()).isEmpty();
    }

    /** Nothing shows that this socket asked for a service. */
    @Test
    void socketWithoutAnEntryOfItsOwn() throws UnreadableBundleException {
        assertThat(seen(connected(GONE, 0x7a32)).rules()).isEmpty();
    }

    // ---- SLB-17 ---------------------------------------------------------------------------------------

    private static TestNode sticky(int state) {
        return node().generation("only", 144)
                .pinned()
                .backend(9, GONE, state)
                .serves(service(VIP).to(BACKEND).sticky(10_800).revNatId(24))
                .remembers(24, 4026532711L, GONE, 100)
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .interfaces()
                .agentServes(408, VIP, BACKEND)
                .kubernetes(objects -> objects.service("shop/cart", VIP, 8080)
                        .ready("172.16.109.127")
                        .terminating("172.16.31.99"));
    }

    @Test
    void sessionToABackendThatIsEnding() throws UnreadableBundleException {
        Diagnosed node = seen(
                sticky(TERMINATING),
                attempt(CLIENT, GONE).enters("lxc0").leaves("eth0").refused());

        assertThat(node.rules()).containsExactly("SLB-17");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
    }

    @Test
    void sessionToABackendThatIsEndingAndStillServes() throws UnreadableBundleException {
        Diagnosed node = seen(
                sticky(TERMINATING),
                attempt(CLIENT, GONE).enters("lxc0").leaves("eth0").answered());

        assertThat(node.rules()).isEmpty();
    }

    // ---- SLB-25 ---------------------------------------------------------------------------------------

    private static String rules(String backend) {
        return """
                *nat
                [37:2220] -A KUBE-SERVICES -d 172.17.93.4/32 -p tcp -m tcp --dport 8080 -j KUBE-SVC-A
                [37:2220] -A KUBE-SVC-A -j KUBE-SEP-B
                [37:2220] -A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination %s
                COMMIT
                """.formatted(backend);
    }

    private static Attempt translated() {
        return attempt(CLIENT, VIP)
                .enters("lxc0")
                .translatedTo(GONE)
                .leaves("eth0")
                .unanswered();
    }

    @Test
    void rulesThatSendToABackendThatIsGone() throws UnreadableBundleException {
        Diagnosed node = seen(healthy().text("net/iptables-legacy.txt", rules(GONE)), translated());

        assertThat(node.rules()).containsExactly("SLB-25");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
    }

    @Test
    void virtualServerOfIpvsThatSendsToABackendThatIsGone() throws UnreadableBundleException {
        Diagnosed node = seen(healthy().text("net/ipvs.txt", """
                                IP Virtual Server version 1.2.1 (size=4096)
                                TCP  AC115D04:1F90 rr
                                  -> AC101F63:1F90      Masq    1      0          0
                                """), translated());

        assertThat(node.rules()).containsExactly("SLB-25");
    }

    @Test
    void rulesWithABackendThatIsGoneAndNoConnectionThere() throws UnreadableBundleException {
        Diagnosed node = seen(healthy().text("net/iptables.txt", rules(GONE)));

        assertThat(node.rules()).containsExactly("SLB-25");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
    }

    @Test
    void rulesOfARunningKubeProxyAreInOrder() throws UnreadableBundleException {
        assertThat(seen(healthy().text("net/iptables.txt", rules(BACKEND))).rules())
                .isEmpty();
    }
}
