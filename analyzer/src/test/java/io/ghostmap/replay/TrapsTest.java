package io.ghostmap.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.cli.Explained;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.report.Report;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.NodeBundle;
import io.ghostmap.support.PcapFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Facts of order and replay that a careless reader gets wrong, one test each. "Kernel n" and "Cilium n" are the numbers
 * of the lists in the two references on bpftool and on Cilium's datapath. What is told by bytes and texts stands in {@code
 * DatapathTrapsTest} and {@code BpftoolVersionsTest}, what is told by captures in {@code CaptureTrapsTest}; the README of
 * the tests lists them all.
 */
final class TrapsTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String POD = "/sys/fs/cgroup/kubepods/pod1";
    private static final String CONNECT4 = "cgroup_inet4_connect";
    private static final String CONNECT6 = "cgroup_inet6_connect";
    private static final String VIP = "10.96.0.10:80";
    private static final int TCP = 6;
    private static final int EXTERNAL_IP = 0x01;
    private static final int NODE_PORT = 0x02;
    private static final int LOCAL_SCOPE = 0x04;
    private static final int HOST = 1;
    private static final int WORLD = 2;

    @TempDir
    private Path folder;

    /** A stale generation 27/28 read by program 109, a current one 144/145 read by program 160. */
    static NodeBundle node() {
        return new NodeBundle()
                .generation(27, 28, false)
                .service(27, VIP, TCP, 7)
                .backend(28, 7, "10.0.1.1:80")
                .generation(144, 145, true)
                .service(144, VIP, TCP, 9)
                .backend(145, 9, "10.0.2.2:80")
                .program(109, "cil_sock4_connect", 27, 28)
                .program(160, "cil_sock4_connect", 144, 145);
    }

    /** Kernel 2: the tree calls a program behind a link plain multi; the list of links alone tells, and the remedy with it. */
    @Test
    void programBehindALinkIsToldByTheListOfLinksAlone() throws UnreadableBundleException {
        Report report = analyze(node().link(7, 109, ROOT, CONNECT4, "")
                .attach(ROOT, 160, CONNECT4, "multi")
                .effective(ROOT, CONNECT4, 109, 160));

        assertThat(report.hooks().get(0).programs())
                .extracting(Report.Program::via, Report.Program::linkId, Report.Program::flags)
                .containsExactly(tuple("link", 7, "multi"), tuple("legacy", 0, "multi"));
        assertThat(report.findings().get(0).remedy())
                .extracting(Report.Remedy::command)
                .contains("bpftool link detach id 7")
                .noneMatch(command -> command.contains("bpftool cgroup detach"));
    }

    /** Kernel 8: a link is updated in place, so that a younger program can stand in the older place. */
    @Test
    void youngerProgramInTheOlderPlaceRunsFirst() throws UnreadableBundleException {
        NodeBundle node = node().program(900, "cil_sock4_connect", 27, 28)
                .link(7, 900, ROOT, CONNECT4, "")
                .attach(ROOT, 160, CONNECT4, "multi");

        assertThat(analyze(node).replays().get(0).outcome()).containsExactly("10.0.1.1:80");
    }

    /** Kernel 18: ids wrap, so that a lower one can be the younger; the pin counts. */
    @Test
    void lowerMapIdsDoNotMakeAGenerationOld() throws UnreadableBundleException {
        Report report = analyze(new NodeBundle()
                .generation(27, 28, true)
                .service(27, VIP, TCP, 7)
                .backend(28, 7, "10.0.1.1:80")
                .generation(144, 145, false)
                .service(144, VIP, TCP, 9)
                .backend(145, 9, "10.0.2.2:80")
                .program(109, "cil_sock4_connect", 27, 28)
                .program(160, "cil_sock4_connect", 144, 145)
                .attach(ROOT, 160, CONNECT4, "multi")
                .attach(ROOT, 109, CONNECT4, "multi"));

        assertThat(report.replays().get(0).outcome()).containsExactly("10.0.2.2:80");
        assertThat(report.replays().get(0).expected()).containsExactly("10.0.1.1:80");
    }

    /** Cilium 15: lists of the agent tell what it wants; where a connect goes is told by tree, map_ids and dumps alone. */
    @Test
    void listsOfTheAgentDoNotReplayAConnect() throws UnreadableBundleException {
        String list = "{\"" + VIP + "/TCP (1)\":[\"10.0.2.2:80/TCP (408) (1)\"]}";
        String status = "{\"kube-proxy-replacement\":{\"features\":{\"socketLB\":{\"enabled\":true}}}}";
        NodeBundle attached = node().text("cilium/lb-list.json", list)
                .text("cilium/status.json", status)
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");
        assertThat(analyze(attached).replays().get(0).outcome()).containsExactly("10.0.1.1:80");
    }

    /** Cilium 15: enabled by its status and attached nowhere is not enabled. */
    @Test
    void statusAttachesNothing() throws UnreadableBundleException {
        Report report = analyze(node().text(
                        "cilium/status.json",
                        "{\"kube-proxy-replacement\":{\"features\":{\"socketLB\":{\"enabled\":true}}}}"));

        assertThat(report.hooks()).isEmpty();
        assertThat(report.replays()).isEmpty();
        assertThat(report.verdict().severity()).isNotEqualTo("ok");
    }

    /** Cilium 1: counts, slots and ids are in the node's own order; without uname the slots tell which that is. */
    @Test
    void byteOrderIsToldByTheSlotsWhereUnameIsMissing() throws UnreadableBundleException {
        byte[] vip = {10, 96, 0, 10, 0, 80};
        byte[] service = ByteBuffer.allocate(12)
                .put(vip)
                .putShort((short) 0)
                .put((byte) TCP)
                .array();
        byte[] slot = ByteBuffer.allocate(12)
                .put(vip)
                .putShort((short) 1)
                .put((byte) TCP)
                .array();
        Report report = analyze(new NodeBundle()
                .generation(144, 145, true)
                .row(
                        144,
                        service,
                        ByteBuffer.allocate(12).putInt(0).putShort((short) 1).array())
                .row(144, slot, ByteBuffer.allocate(12).putInt(9).array())
                .row(145, new byte[] {0, 0, 0, 9}, new byte[] {10, 0, 2, 2, 0, 80, TCP, 0, 0, 0, 0, 0})
                .program(160, "cil_sock4_connect", 144, 145)
                .attach(ROOT, 160, CONNECT4, "multi")
                .capture(PcapFile.cooked().tcp(0, "10.0.0.1", 4000, "10.0.2.2", 80, PcapFile.SYN, 1, 0)));

        assertThat(report.replays().get(0).outcome()).containsExactly("10.0.2.2:80");
        assertThat(report.bundle().missing())
                .noneMatch(missing -> missing.artifact().equals("node/uname.txt"));
    }

    @Test
    void byteOrderThatNothingTellsIsSaidToBeAssumed() throws UnreadableBundleException {
        Report report = analyze(new NodeBundle()
                .generation(144, 145, true)
                .program(160, "cil_sock4_connect", 144, 145)
                .attach(ROOT, 160, CONNECT4, "multi"));

        assertThat(report.bundle().missing())
                .filteredOn(missing -> missing.artifact().equals("node/uname.txt"))
                .singleElement()
                .satisfies(missing -> assertThat(missing.cost()).contains("wrong byte order"));
    }

    /** Kernel 3 and 4: a severed link (id 0) runs for nobody; one whose cgroup has no directory still does. */
    @Test
    void severedLinkIsNoHookAndDyingCgroupIsOne() throws UnreadableBundleException {
        String links = "[{\"id\":1,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":0,\"attach_type\":\"connect4\"},"
                + "{\"id\":2,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":4711,\"attach_type\":\"connect4\"}]";
        Report report = analyze(node().attach(ROOT, 160, CONNECT4, "multi")
                .text("bpf/before/links.json", links)
                .text("bpf/after/links.json", links));

        assertThat(report.hooks()).extracting(Report.Hook::cgroup).noneMatch(cgroup -> cgroup.contains("id 0"));
        Report.Hook dying = report.hooks().stream()
                .filter(hook -> hook.cgroup().contains("4711"))
                .findFirst()
                .orElseThrow();
        assertThat(dying.programs()).extracting(Report.Program::id).containsExactly(109, 160);
        assertThat(dying.remark()).contains("cannot be told");
    }

    /** Kernel 5: on one level the first attached wins; a child's programs run before its parents'. */
    @Test
    void childRunsBeforeParentWhateverWasAttachedFirst() throws UnreadableBundleException {
        NodeBundle node = node().attach(ROOT, 160, CONNECT4, "multi").attach(POD, 109, CONNECT4, "multi");

        assertThat(replayAt(node, POD).outcome()).containsExactly("10.0.1.1:80");
    }

    /** Kernel 6: PREORDER is in no list; only the kernel's own order shows it, and the difference is said. */
    @Test
    void kernelsOrderOutweighsTheAttachmentsAndTheDifferenceIsSaid() throws UnreadableBundleException {
        Report report = analyze(node().attach(ROOT, 160, CONNECT4, "multi")
                .attach(ROOT, 109, CONNECT4, "multi")
                .effective(ROOT, CONNECT4, 109, 160));

        assertThat(report.hooks().get(0).programs())
                .extracting(Report.Program::id)
                .containsExactly(109, 160);
        assertThat(report.hooks().get(0).remark()).contains("[160, 109]").contains("BPF_F_PREORDER");
    }

    /** Kernel 7, Cilium 11: a refusal by any program is final, and the programs behind it run all the same. */
    @Test
    void refusalBehindAPassIsFinal() throws UnreadableBundleException {
        NodeBundle node = node().serviceWithCount(144, "10.96.0.11:80", TCP, 0, 0, 0)
                .service(27, "10.96.0.12:80", TCP, 7)
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");
        Report.Replay replay = Analysis.of(node.write(folder)).replays().stream()
                .filter(candidate -> candidate.frontend().startsWith("10.96.0.12:"))
                .findFirst()
                .orElseThrow();

        assertThat(replay.outcome()).containsExactly("10.0.1.1:80");
        assertThat(replay.steps()).extracting(Report.Step::program).containsExactly(109, 160);
    }

    /** Cilium 7: what the application sees of a refusal is told by the program's own instructions. */
    @Test
    void errorFollowsFromTheInstructionsOfTheProgram() throws UnreadableBundleException {
        NodeBundle node = node().serviceWithCount(27, "10.96.0.11:80", TCP, 0, 0, 0)
                .service(144, "10.96.0.11:80", TCP, 9)
                .text(
                        "bpf/program-dumps/109.json",
                        "[{\"disasm\":\"(85) call __htab_map_lookup_elem#330864\"},{\"disasm\":\"(95) exit\"}]")
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");

        assertThat(replayOf(node, "10.96.0.11:80/TCP").outcome())
                .containsExactly("refused: the service has no backend (EPERM)");
    }

    /** Cilium 8: the internal scope is looked up only where the external entry says so. */
    @Test
    void internalEntryWithoutTheFlagIsNeverRead() throws UnreadableBundleException {
        NodeBundle node = node().backend(28, 8, "10.0.9.9:80")
                .serviceWithCount(27, VIP, TCP, 1, 0, 1, 8)
                .attach(ROOT, 109, CONNECT4, "multi")
                .attach(ROOT, 160, CONNECT4, "multi");

        assertThat(replayOf(node, VIP + "/TCP").outcome()).containsExactly("10.0.1.1:80");
    }

    /** Cilium 8: up to 1.12 LOCAL_SCOPE switches the scope; from 1.13 on the same bit does not. */
    @Test
    void localScopeSwitchesForOldProgramsOnly() throws UnreadableBundleException {
        NodeBundle node = node().attach(ROOT, 109, CONNECT4, "multi").attach(ROOT, 160, CONNECT4, "multi");
        frontend(node, 27, "10.96.0.20:80", TCP, LOCAL_SCOPE, 1);
        slot(node, 27, "10.96.0.20:80", TCP, 7);

        assertThat(replayOf(node, "10.96.0.20:80/TCP").outcome()).containsExactly("10.0.1.1:80");
    }

    /** Cilium 9: the entry with address 0 holds where the ipcache says host; its prefix counts 32 bits more. */
    @Test
    void nodePortHoldsForTheHostsOwnAddressesOnly() throws UnreadableBundleException {
        for (int identity : List.of(HOST, WORLD)) {
            NodeBundle node = new NodeBundle()
                    .generation(144, 145, true)
                    .backend(145, 9, "10.0.2.2:80")
                    .service(144, "192.168.61.17:30080", 17, 9) // so that TCP is asked for as well: see below
                    .map(150, "lpm_trie", "cilium_ipcache_", 24, 24, "")
                    .program(160, "cil_sock4_connect", 144, 145, 150)
                    .attach(ROOT, 160, CONNECT4, "multi");
            frontend(node, 144, "0.0.0.0:30080", TCP, NODE_PORT, 1);
            slot(node, 144, "0.0.0.0:30080", TCP, 9);
            identity(node, 150, "192.168.61.0", 24, identity);
            Path bundle = node.write(folder.resolve("node" + identity));

            assertThat(Explained.of(bundle, "192.168.61.17:30080"))
                    .contains(identity == HOST ? "ends at   10.0.2.2:80" : "192.168.61.17:30080 (untranslated)");
        }
    }

    /** Cilium 9: an external IP is translated only where it is this node's; without the ipcache both ways are told. */
    @Test
    void externalIpWithoutAnIpcacheDumpIsToldBothWays() throws UnreadableBundleException {
        NodeBundle node = new NodeBundle()
                .generation(144, 145, true)
                .backend(145, 9, "10.0.2.2:80")
                .map(150, "lpm_trie", "cilium_ipcache_", 24, 24, "")
                .program(160, "cil_sock4_connect", 144, 145, 150)
                .attach(ROOT, 160, CONNECT4, "multi");
        frontend(node, 144, "203.0.113.5:80", TCP, EXTERNAL_IP, 1);
        slot(node, 144, "203.0.113.5:80", TCP, 9);

        Condition here = new Condition.AddressOfNode(
                ReplayedNode.endpoint("203.0.113.5:80").address(), false);
        assertThat(ReplayedNode.of(node, folder)
                        .connect(AttachType.CONNECT4, "203.0.113.5:80")
                        .outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(ReplayedNode.to("10.0.2.2:80"), List.of(here)),
                        tuple(ReplayedNode.to("203.0.113.5:80"), List.of(here.complement())));
    }

    /** A longer prefix may stand in the part of a cut dump that is lacking; nothing is longer than the address itself. */
    @Test
    void cutIpcacheAnswersForWholeAddressesOnly() throws UnreadableBundleException, IOException {
        for (int length : List.of(32, 24)) {
            NodeBundle node = new NodeBundle()
                    .generation(144, 145, true)
                    .backend(145, 9, "10.0.2.2:80")
                    .map(150, "lpm_trie", "cilium_ipcache_", 24, 24, "")
                    .program(160, "cil_sock4_connect", 144, 145, 150)
                    .attach(ROOT, 160, CONNECT4, "multi");
            frontend(node, 144, "203.0.113.5:80", TCP, EXTERNAL_IP, 1);
            slot(node, 144, "203.0.113.5:80", TCP, 9);
            identity(node, 150, length == 32 ? "203.0.113.5" : "203.0.113.0", length, HOST);
            Path bundle = node.write(folder.resolve("length" + length));
            Path dump = bundle.resolve("bpf/map-dumps/150.json");
            Files.writeString(dump, Files.readString(dump).stripTrailing().replaceFirst("]$", ","));

            assertThat(Explained.of(bundle, "203.0.113.5:80"))
                    .contains(
                            length == 32 ? "ends at   10.0.2.2:80\n" : "10.0.2.2:80, if 203.0.113.5 is an address of");
        }
    }

    /** Cilium 10: AF_INET6 sockets reach IPv4 services through connect6 and the IPv4 maps; connect4 alone proves nothing. */
    @Test
    void mappedAddressesFollowConnect6AndTheV4Maps() throws UnreadableBundleException {
        NodeBundle node = node().program(110, "cil_sock6_connect", 27, 28)
                .program(161, "cil_sock6_connect", 144, 145)
                .attach(ROOT, 160, CONNECT4, "multi")
                .attach(ROOT, 110, CONNECT6, "multi")
                .attach(ROOT, 161, CONNECT6, "multi");
        Report report = analyze(node);

        assertThat(report.replays())
                .filteredOn(Report.Replay::affected)
                .extracting(Report.Replay::attachType)
                .containsExactly("connect6");
        assertThat(String.join("\n", report.findings().get(0).explanation()))
                .contains("Only sockets of AF_INET6 pass this hook");
    }

    /** Cilium 12: a link on a cgroup that is not the root looks healthy and has no effect for anybody else. */
    @Test
    void linkBesideTheRootLeavesThePodsWithoutAProgram() throws UnreadableBundleException {
        String elsewhere = ROOT + "/kubepods/agent";
        Report report = analyze(node().link(5, 160, elsewhere, CONNECT4, "/sys/fs/bpf/cilium/socketlb/links/cgroup/x"));

        assertThat(report.hooks()).extracting(Report.Hook::cgroup).containsOnly(elsewhere);
        assertThat(Explained.of(folder, VIP, "--cgroup", POD)).contains("no captured hook handles");
    }

    /** {@code flags}: the first byte of the entry's flags in the low byte, the second above it. */
    static void frontend(NodeBundle node, int map, String frontend, int protocol, int flags, int count) {
        entry(node, map, frontend, protocol, 0, 0, count, flags);
    }

    static void slot(NodeBundle node, int map, String frontend, int protocol, int backend) {
        entry(node, map, frontend, protocol, 1, backend, 0, 0);
    }

    static void entry(
            NodeBundle node, int map, String frontend, int protocol, int slot, int word, int count, int flags) {
        ByteBuffer key = ByteBuffer.allocate(12)
                .put(Addresses.bytes(frontend.substring(0, frontend.indexOf(':'))))
                .putShort((short) Addresses.endpoint(frontend).port());
        key.order(ByteOrder.LITTLE_ENDIAN).putShort((short) slot).put((byte) protocol);
        ByteBuffer value = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        value.putInt(word)
                .putShort((short) count)
                .put((byte) 1)
                .put((byte) 0x98)
                .put((byte) flags)
                .put((byte) (flags >> Byte.SIZE));
        node.row(map, bytes(key), bytes(value));
    }

    static void identity(NodeBundle node, int map, String network, int prefix, int identity) {
        ByteBuffer key = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        key.putInt(32 + prefix).putInt(1 << 24).put(Addresses.bytes(network));
        ByteBuffer value =
                ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putInt(identity);
        node.row(map, bytes(key), bytes(value));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.clear().get(bytes);
        return bytes;
    }

    private Report analyze(NodeBundle node) throws UnreadableBundleException {
        return Analysis.of(node.write(folder));
    }

    private Report.Replay replayOf(NodeBundle node, String frontend) throws UnreadableBundleException {
        return analyze(node).replays().stream()
                .filter(replay -> replay.frontend().equals(frontend))
                .findFirst()
                .orElseThrow();
    }

    private Report.Replay replayAt(NodeBundle node, String cgroup) throws UnreadableBundleException {
        return analyze(node).replays().stream()
                .filter(replay -> replay.cgroup().equals(cgroup))
                .findFirst()
                .orElseThrow();
    }
}
