package io.ghostmap.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.cli.Explained;
import io.ghostmap.support.NodeBundle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that decide otherwise than most, because of an option of their agent, of their kernel or of their release:
 * {@code bpf/bpf_sock.c} and {@code bpf/lib/lb.h} of Cilium 1.10, 1.12, 1.14, 1.17 and 1.19.
 */
final class BuiltOtherwiseTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String CONNECT4 = "cgroup_inet4_connect";
    private static final String CONNECT6 = "cgroup_inet6_connect";
    private static final String SENDMSG4 = "cgroup_udp4_sendmsg";
    private static final String CONFIG = "cilium/config.txt";
    private static final String VIP = "10.96.0.10:80";
    private static final String BACKEND = "10.0.2.2:80";
    private static final String ENDS_AT_BACKEND = "ends at " + BACKEND + " should be"; // and nowhere else
    private static final int ANY = 0;
    private static final int TCP = 6;
    private static final int SCTP = 132;
    private static final int EXTERNAL_IP = 0x01;
    private static final int NODE_PORT = 0x02;
    private static final int EXTERNAL_LOCAL = 0x04;
    private static final int AFFINITY = 0x10;
    private static final int L7 = 0x0400;
    private static final int LOCAL_REDIRECT = 0x0100;
    private static final int HOST = 1;
    private static final int WORLD = 2;

    @TempDir
    private Path folder;

    /** The current generation, read by program 160, which is attached; with an ipcache that knows one network. */
    private static NodeBundle node(String network, int identity) {
        NodeBundle node = new NodeBundle()
                .generation(144, 145, true)
                .service(144, VIP, TCP, 9)
                .backend(145, 9, BACKEND)
                .map(150, "lpm_trie", "cilium_ipcache_", 24, 24, "")
                .program(160, "cil_sock4_connect", 144, 145, 150)
                .attach(ROOT, 160, CONNECT4, "multi");
        TrapsTest.identity(node, 150, network, 24, identity);
        return node;
    }

    private String explained(NodeBundle node, String address) {
        return explained(node, address, "node");
    }

    /** In one line, however it was folded. */
    private String explained(NodeBundle node, String address, String name) {
        return Explained.of(node.write(folder.resolve(name)), address).replaceAll("\\s+", " ");
    }

    // ---- options of the agent -------------------------------------------------------------------------

    @Test
    void hostNetworkAloneIsTranslatedWhereTheAgentSaysSo() {
        String config = "#### Read-only configurations ####\nBPFSocketLBHostnsOnly             : true\n";

        assertThat(explained(node("10.9.9.0", WORLD).text(CONFIG, config), VIP))
                .contains(BACKEND + ", if the client is in the node's own network namespace")
                .contains(VIP + " (untranslated), if the client is in a pod's network namespace");
    }

    @Test
    void hostNetworkAloneIsToldByTheStatusAsWell() {
        String status = "{\"kube-proxy-replacement\":{\"features\":{\"bpfSocketLBHostnsOnly\":true}}}";

        assertThat(explained(node("10.9.9.0", WORLD).text("cilium/status.json", status), VIP))
                .contains(VIP + " (untranslated), if the client is in a pod's network namespace");
    }

    @Test
    void howAnOlderProgramWasBuiltIsLeftOpen() {
        NodeBundle node = TrapsTest.node()
                .text(CONFIG, "BPFSocketLBHostnsOnly : true\n")
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");

        assertThat(explained(node, VIP))
                .contains("10.0.1.1:80, if program 109 was built without bpf-lb-sock-hostns-only")
                .contains(
                        "10.0.1.1:80, if program 109 was built with bpf-lb-sock-hostns-only, as the agent runs now, and the"
                                + " client is in the node's own network namespace")
                .doesNotContain("program 160 was built")
                .doesNotContain("10.0.2.2:80, if");
    }

    /** connect6 asks twice, in the maps of both families: no way may be told whose conditions deny each other. */
    @Test
    void hostNetworkAloneIsAskedOnceOfEachClient() {
        NodeBundle node = new NodeBundle()
                .text(CONFIG, "BPFSocketLBHostnsOnly : true\n")
                .generation(27, 28, false)
                .service(27, VIP, TCP, 7)
                .backend(28, 7, "10.0.1.1:80")
                .map(46, "hash", "cilium_lb6_serv", 24, 12, "")
                .map(47, "hash", "cilium_lb6_back", 4, 24, "")
                .serviceWithCount(46, "[fd00:10::1]:80", TCP, 0, 0, 1, 9)
                .backend(47, 9, "[fd00::2]:80")
                .generation(144, 145, true)
                .service(144, VIP, TCP, 9)
                .backend(145, 9, BACKEND)
                .program(109, "cil_sock6_connect", 27, 28, 46, 47)
                .program(160, "cil_sock6_connect", 144, 145)
                .attach(ROOT, 109, CONNECT6, "multi")
                .attach(ROOT, 160, CONNECT6, "multi");

        String told = explained(node, VIP);
        assertThat(told.split("10\\.0\\.1\\.1:80, if|10\\.96\\.0\\.10:80 \\(untranslated\\), if", -1))
                .hasSize(1 + 4) // built with or without, on the host or in a pod
                .noneMatch(way -> way.contains("109 was built with ") && way.contains("109 was built without "))
                .noneMatch(way -> way.contains("in the node's own") && way.contains("in a pod's"));
    }

    /** An agent keeps pinned maps when it starts anew with other options: an older program can read them as well. */
    @Test
    void olderProgramOverTheSameMapsIsNotTheAgents() {
        NodeBundle node = new NodeBundle()
                .text(CONFIG, "BPFSocketLBHostnsOnly : true\n")
                .generation(144, 145, true)
                .service(144, VIP, TCP, 9)
                .backend(145, 9, BACKEND)
                .program(109, "cil_sock4_connect", 144, 145)
                .program(160, "cil_sock4_connect", 144, 145)
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");

        assertThat(explained(node, VIP))
                .contains("program 109 was built without bpf-lb-sock-hostns-only")
                .doesNotContain("program 160 was built");
    }

    @Test
    void valueThatIsNoneSaysNothing() {
        String status = "{\"kube-proxy-replacement\":{\"features\":{\"bpfSocketLBHostnsOnly\":true}}}";
        NodeBundle node = node("10.9.9.0", WORLD)
                .text(CONFIG, "BPFSocketLBHostnsOnly : <nil>\nNodePortMin : 0\n")
                .text("cilium/status.json", status);

        assertThat(explained(node, VIP))
                .contains("cilium/status.json bpfSocketLBHostnsOnly true")
                .contains("if the client is in a pod's network namespace");
    }

    @Test
    void nodePortsOfAnOlderProgramAreLeftOpen() {
        NodeBundle node = node("192.168.61.0", HOST)
                .text(CONFIG, "NodePortMin : 20000\nNodePortMax : 22767\n")
                .generation(27, 28, false)
                .backend(28, 7, "10.0.1.1:80")
                .program(109, "cil_sock4_connect", 27, 28, 150);
        TrapsTest.frontend(node, 27, "0.0.0.0:30080", TCP, NODE_PORT, 1);
        TrapsTest.slot(node, 27, "0.0.0.0:30080", TCP, 7);
        node.attach("/sys/fs/cgroup/old", 109, CONNECT4, "multi");

        assertThat(Explained.of(node.write(folder), "192.168.61.17:30080", "--cgroup", "/sys/fs/cgroup/old")
                        .replaceAll("\\s+", " "))
                .contains("10.0.1.1:80, if program 109 was built without node-port-range")
                .contains(
                        "192.168.61.17:30080 (untranslated), if program 109 was built with node-port-range, as the agent");
    }

    @Test
    void nodePortsAreThoseOfTheAgent() {
        String status =
                "{\"kube-proxy-replacement\":{\"features\":{\"nodePort\":{\"portMin\":20000,\"portMax\":22767}}}}";
        NodeBundle node = node("192.168.61.0", HOST).text("cilium/status.json", status);
        for (int port : new int[] {20_080, 31_000}) {
            TrapsTest.frontend(node, 144, "0.0.0.0:" + port, TCP, NODE_PORT, 1);
            TrapsTest.slot(node, 144, "0.0.0.0:" + port, TCP, 9);
        }

        assertThat(explained(node, "192.168.61.17:20080")).contains(ENDS_AT_BACKEND);
        assertThat(explained(node, "192.168.61.17:31000")).contains("192.168.61.17:31000 (untranslated)");
    }

    @Test
    void externalIpsOfOtherNodesAreTranslatedWithoutTheMitigation() {
        for (boolean mitigated : new boolean[] {true, false}) {
            NodeBundle node =
                    node("203.0.113.0", WORLD).text(CONFIG, "DisableExternalIPMitigation       : " + !mitigated + "\n");
            TrapsTest.frontend(node, 144, "203.0.113.5:80", TCP, EXTERNAL_IP, 1);
            TrapsTest.slot(node, 144, "203.0.113.5:80", TCP, 9);

            assertThat(explained(node, "203.0.113.5:80", "node" + mitigated))
                    .contains(mitigated ? "203.0.113.5:80 (untranslated)" : ENDS_AT_BACKEND);
        }
    }

    @Test
    void emptyServicesPassWhereTheAgentRoutesThem() {
        NodeBundle node = node("10.9.9.0", WORLD).text(CONFIG, "EnableNoServiceEndpointsRoutable  : false\n");
        TrapsTest.frontend(node, 144, "10.96.0.20:80", TCP, 0, 0);
        TrapsTest.frontend(node, 144, "192.0.2.7:80", TCP, NODE_PORT | EXTERNAL_LOCAL, 0);

        assertThat(explained(node, "10.96.0.20:80"))
                .contains("10.96.0.20:80 (untranslated)")
                .contains("cilium/config.txt EnableNoServiceEndpointsRoutable false")
                .contains("10.96.0.20:80 (untranslated), if program 160 is of Cilium 1.19");
        assertThat(explained(node, "192.0.2.7:80")).contains("refused: the service has no backend");
    }

    // ---- what the kernel lets it do -------------------------------------------------------------------

    @Test
    void errorIsPermissionDeniedOnAKernelThatKnowsNoOther() {
        for (String kernel : new String[] {"5.15.0-101-generic", "6.1.0"}) {
            NodeBundle node = node("10.9.9.0", WORLD).text("node/uname.txt", "Linux worker-7 " + kernel + " #1 SMP\n");
            TrapsTest.frontend(node, 144, "10.96.0.20:80", TCP, 0, 0);

            assertThat(explained(node, "10.96.0.20:80", kernel))
                    .contains(kernel.startsWith("5") ? "no backend (EPERM)" : "EHOSTUNREACH");
        }
    }

    @Test
    void capturedInstructionsSayMoreOfTheErrorThanTheRelease() {
        NodeBundle node = new NodeBundle() // protocol 0 is of 1.18 at most, none of which reports its error
                .generation(144, 145, true)
                .service(144, VIP, ANY, 9)
                .backend(145, 9, BACKEND)
                .program(160, "cil_sock4_connect", 144, 145)
                .text("bpf/program-dumps/160.json", "[{\"disasm\":\"(85) call bpf_set_retval#4242\"}]")
                .attach(ROOT, 160, CONNECT4, "multi");
        TrapsTest.frontend(node, 144, "10.96.0.20:80", ANY, 0, 0);

        assertThat(explained(node, "10.96.0.20:80")).contains("no backend (EHOSTUNREACH)");
    }

    @Test
    void programThatAsksForNoNamespaceTakesEveryClientForTheHosts() {
        for (String call : new String[] {"bpf_get_socket_cookie_sock_addr", "bpf_get_netns_cookie_sock_addr"}) {
            NodeBundle node = node("10.9.9.0", WORLD)
                    .text("bpf/program-dumps/160.json", "[{\"disasm\":\"(85) call " + call + "#4242\"}]");
            TrapsTest.frontend(node, 144, "0.0.0.0:30080", TCP, NODE_PORT, 1);
            TrapsTest.slot(node, 144, "0.0.0.0:30080", TCP, 9);

            assertThat(explained(node, "127.0.0.1:30080", call))
                    .contains(
                            call.contains("netns")
                                    ? BACKEND + ", if the client is in the node's own network namespace"
                                    : ENDS_AT_BACKEND);
        }
    }

    /** Without symbols bpftool prints no name, or the address: that nothing is called is no sign then. */
    @Test
    void callsWithoutNamesSayNothing() {
        for (String call : new String[] {"unknown", "bpf_unspec", "0xffffffff81234560"}) {
            NodeBundle node = node("10.9.9.0", WORLD)
                    .text("bpf/program-dumps/160.json", "[{\"disasm\":\"(85) call " + call + "#0\"}]");
            TrapsTest.frontend(node, 144, "0.0.0.0:30080", TCP, NODE_PORT, 1);
            TrapsTest.slot(node, 144, "0.0.0.0:30080", TCP, 9);

            assertThat(explained(node, "127.0.0.1:30080", call))
                    .contains(BACKEND + ", if the client is in the node's own network namespace");
        }
    }

    // ---- what its release does ------------------------------------------------------------------------

    /** {@code bpf-clock-probe}: jiffies since boot, which begin at 2^32 less five minutes, shifted right by 8. */
    @Test
    void sessionThatIsCountedInJiffiesMayHaveRunOut() {
        int jiffies = 16_800_000;
        for (int lastUsed : new int[] {jiffies, 90_000}) {
            NodeBundle node = new NodeBundle()
                    .text("node/uptime", "100000.00 1.00\n")
                    .generation(144, 145, true)
                    .backend(145, 8, "10.0.2.1:80")
                    .backend(145, 9, BACKEND)
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
            ByteBuffer match =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(9);
            node.row(152, match.put((byte) 1).put((byte) 0x98).array(), new byte[1]);

            String told = explained(node, VIP, "at" + lastUsed);
            assertThat(told).contains("the client is in the network namespace with cookie 4242");
            assertThat(told.contains("its session affinity has not run out")).isEqualTo(lastUsed == jiffies);
        }
    }

    @Test
    void sctpIsLeftToTheProgramsAtDevices() {
        NodeBundle node = node("10.9.9.0", WORLD);
        TrapsTest.frontend(node, 144, "10.96.0.30:3868", SCTP, 0, 1);
        TrapsTest.slot(node, 144, "10.96.0.30:3868", SCTP, 9);

        assertThat(explained(node, "10.96.0.30:3868/sctp")).contains("no captured hook handles 10.96.0.30:3868/SCTP");
    }

    /** Cilium up to 1.16: one entry is for datagrams as well, and sendmsg has programs of its own. */
    @Test
    void datagramsAreAskedForWhereAnEntryIsForEveryProtocol() throws UnreadableBundleException {
        NodeBundle node = new NodeBundle()
                .generation(27, 28, false)
                .service(27, VIP, ANY, 7)
                .backend(28, 7, "10.0.1.1:80")
                .generation(144, 145, true)
                .service(144, VIP, ANY, 9)
                .backend(145, 9, BACKEND)
                .program(109, "sock4_sendmsg", 27, 28)
                .program(160, "sock4_connect", 144, 145)
                .program(161, "sock4_sendmsg", 144, 145)
                .attach(ROOT, 160, CONNECT4, "multi")
                .attach(ROOT, 109, SENDMSG4, "multi")
                .attach(ROOT, 161, SENDMSG4, "multi");

        assertThat(Analysis.of(node.write(folder)).replays())
                .extracting(replay -> replay.frontend() + " " + replay.attachType() + " " + replay.outcome())
                .containsExactly(VIP + "/UDP sendmsg4 [10.0.1.1:80]");
    }

    /** 1.12: a proxy is redirected to even where the service has no backend. */
    @Test
    void proxyNeedsNoBackends() {
        NodeBundle node = new NodeBundle()
                .generation(144, 145, true)
                .service(144, VIP, ANY, 9)
                .backend(145, 9, BACKEND)
                .program(160, "sock4_connect", 144, 145)
                .attach(ROOT, 160, CONNECT4, "multi");
        TrapsTest.entry(node, 144, "10.96.0.20:80", ANY, 0, 0x1027, 0, L7);

        assertThat(explained(node, "10.96.0.20:80"))
                .contains("127.0.0.1:10000, if the client is in the node's own network namespace");
    }

    /** From 1.18 on a proxy without a port is none. */
    @Test
    void proxyNeedsAPort() {
        NodeBundle node = node("10.9.9.0", WORLD);
        TrapsTest.entry(node, 144, "10.96.0.20:80", TCP, 0, 0, 1, L7);
        TrapsTest.slot(node, 144, "10.96.0.20:80", TCP, 9);

        assertThat(explained(node, "10.96.0.20:80")).contains(BACKEND);
    }

    /** An address of IPv4 in the form of IPv6 is none of this node's, whatever the ipcache would say. */
    @Test
    void mappedAddressIsNoNodesOwn() {
        NodeBundle node = new NodeBundle()
                .generation(144, 145, true)
                .service(144, VIP, TCP, 9)
                .backend(145, 9, BACKEND)
                .map(146, "hash", "cilium_lb6_serv", 24, 12, "")
                .map(147, "hash", "cilium_lb6_back", 4, 24, "")
                .map(150, "lpm_trie", "cilium_ipcache_", 24, 24, "")
                .program(160, "cil_sock6_connect", 144, 145, 146, 147, 150)
                .attach(ROOT, 160, CONNECT6, "multi")
                .backend(147, 9, "[fd00::2]:80");
        for (int slot = 0; slot <= 1; slot++) {
            ByteBuffer key = ByteBuffer.allocate(24)
                    .putShort(16, (short) 30_080)
                    .put(18, (byte) slot)
                    .put(20, (byte) TCP);
            ByteBuffer value = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            value.putInt(slot == 0 ? 0 : 9)
                    .put((byte) (1 - slot))
                    .putShort(6, (short) 1)
                    .put(8, (byte) NODE_PORT);
            node.row(146, key.array(), value.array());
        }

        assertThat(explained(node, "192.168.61.17:30080"))
                .contains("192.168.61.17:30080 (untranslated)")
                .doesNotContain("fd00::2");
    }

    /** Up to 1.15 the client's own socket is looked for over IPv4 alone. */
    @Test
    void redirectPolicyExemptsNobodyOverIpv6() {
        NodeBundle node = new NodeBundle()
                .map(146, "hash", "cilium_lb6_serv", 24, 12, "/sys/fs/bpf/tc/globals/cilium_lb6_services_v2")
                .map(147, "hash", "cilium_lb6_back", 4, 24, "/sys/fs/bpf/tc/globals/cilium_lb6_backends_v2")
                .program(160, "sock6_connect", 146, 147)
                .attach(ROOT, 160, CONNECT6, "multi")
                .backend(147, 9, "[fd00::2]:80")
                .serviceWithCount(146, "[fd00:10::1]:80", ANY, 0, LOCAL_REDIRECT >> 8, 1, 9);

        assertThat(explained(node, "[fd00:10::1]:80"))
                .contains("ends at [fd00::2]:80 should be")
                .doesNotContain("exempt");
    }
}
