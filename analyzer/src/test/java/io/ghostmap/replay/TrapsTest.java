package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.CONNECT6;
import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static io.ghostmap.support.TestNode.POD;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.Mark.EXTERNAL_IP;
import static io.ghostmap.support.TestService.Mark.LOCAL_SCOPE;
import static io.ghostmap.support.TestService.Mark.NODE_PORT;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Facts of order and replay that a careless reader gets wrong, one test each. "Kernel n" and "Cilium n" are the numbers
 * of the lists in the two references on bpftool and on Cilium's datapath. What bytes and texts show is in {@code
 * DatapathTrapsTest} and {@code BpftoolVersionsTest}, what captures show in {@code CaptureTrapsTest}; the README of the
 * tests lists them all.
 */
final class TrapsTest {
    private static final String VIP = "10.96.0.10:80";
    private static final String OTHER = "10.96.0.11:80";
    private static final String STALE = "10.0.1.1:80";
    private static final String CURRENT = "10.0.2.2:80";
    private static final int HOST = 1;
    private static final int WORLD = 2;

    @TempDir
    private Path folder;

    /** The stale generation alone, read by program 109: what is said next belongs to it. */
    private static TestNode stale() {
        return node().generation("stale", 27)
                .backend(7, STALE)
                .serves(VIP, STALE)
                .loads(109);
    }

    /** And the current one, read by program 160. */
    private static TestNode andCurrent(TestNode stale) {
        return stale.generation("current", 144)
                .pinned()
                .backend(9, CURRENT)
                .serves(VIP, CURRENT)
                .loads(160);
    }

    private static TestNode both() {
        return andCurrent(stale());
    }

    private static TestNode staleFirst() {
        return both().attach(CONNECT4, 109, 160);
    }

    /** The current generation alone. */
    private static TestNode current() {
        return node().generation("current", 144).pinned().backend(9, CURRENT).serves(VIP, CURRENT);
    }

    private ReplayedNode replayed(TestNode node) {
        return ReplayedNode.of(node, folder);
    }

    /** Kernel 2: the tree calls a program behind a link plain multi; the list of links alone shows the link. */
    @Test
    void programBehindALinkIsShownByTheListOfLinksAlone() {
        Hook hook = replayed(both().link(7, CONNECT4, 109).attach(CONNECT4, 160).kernelRuns(CONNECT4, 109, 160))
                .hook(CONNECT4);

        assertThat(hook.programs())
                .extracting(program -> program.attachment().orElseThrow())
                .extracting(
                        Attachment::via,
                        attachment -> attachment.link().map(BpfLink::id).orElse(0))
                .containsExactly(tuple(Attachment.Via.LINK, 7), tuple(Attachment.Via.LEGACY, 0));
    }

    /** Kernel 8: a link is updated in place, so that a younger program can be in the older place. */
    @Test
    void youngerProgramInTheOlderPlaceRunsFirst() {
        TestNode node = andCurrent(stale().loads(900)).link(7, CONNECT4, 900).attach(CONNECT4, 160);

        assertThat(replayed(node).connect(VIP).outcome()).containsExactly(to(STALE));
    }

    /** Kernel 18: ids wrap, so that a lower one can be the younger; the pin counts. */
    @Test
    void lowerMapIdsDoNotMakeAGenerationOld() {
        Replay replay = replayed(node().generation("current", 27)
                        .pinned()
                        .serves(VIP, STALE)
                        .loads(109)
                        .generation("stale", 144)
                        .serves(VIP, CURRENT)
                        .loads(160)
                        .attach(CONNECT4, 160, 109))
                .connect(VIP);

        assertThat(replay.outcome()).containsExactly(to(CURRENT));
        assertThat(replay.expected()).containsExactly(to(STALE));
    }

    /** Cilium 15: lists of the agent show what it wants; where a connect goes is in tree, map_ids and dumps alone. */
    @Test
    void listsOfTheAgentDoNotReplayAConnect() {
        String status = "{\"kube-proxy-replacement\":{\"features\":{\"socketLB\":{\"enabled\":true}}}}";

        assertThat(replayed(staleFirst().agentLists(VIP, CURRENT).text("cilium/status.json", status))
                        .connect(VIP)
                        .outcome())
                .containsExactly(to(STALE));
    }

    /** Cilium 15: enabled by its status and attached nowhere is not enabled. */
    @Test
    void statusAttachesNothing() {
        String status = "{\"kube-proxy-replacement\":{\"features\":{\"socketLB\":{\"enabled\":true}}}}";
        ReplayedNode node = replayed(both().text("cilium/status.json", status));

        assertThat(node.hooks()).isEmpty();
        assertThat(node.all()).isEmpty();
    }

    /** Cilium 1: counts, slots and ids are in the node's own order; without uname the slots show which that is. */
    @Test
    void slotsShowTheByteOrderWhereUnameIsMissing() {
        ReplayedNode node = replayed(node().generation("current", 144)
                .pinned()
                .loads(160)
                .row(144, "0a60000a 0050 0000 06 00 0000", "00000000 0001 0198 00 00 0000")
                .row(144, "0a60000a 0050 0001 06 00 0000", "00000009 0000 0198 00 00 0000")
                .row(145, "00000009", "0a000202 0050 06 00 0000 00 00")
                .attach(CONNECT4, 160));

        assertThat(node.connect(VIP).outcome()).containsExactly(to(CURRENT));
        assertThat(node.datapath().gaps()).isEmpty();
    }

    @Test
    void byteOrderThatNothingShowsIsAssumedAndSaidToBe() {
        ReplayedNode node =
                replayed(node().generation("current", 144).pinned().loads(160).attach(CONNECT4, 160));

        assertThat(node.datapath().gaps()).extracting(Gap::artifact).contains(Artifact.of(ArtifactKind.UNAME));
    }

    /** Kernel 3 and 4: a severed link (id 0) runs for nobody; one whose cgroup has no directory still does. */
    @Test
    void severedLinkIsNoHookAndDyingCgroupIsOne() {
        String links = "[{\"id\":1,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":0,\"attach_type\":\"connect4\"},"
                + "{\"id\":2,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":4711,\"attach_type\":\"connect4\"}]";
        ReplayedNode node = replayed(both().attach(CONNECT4, 160)
                .text("bpf/before/links.json", links)
                .text("bpf/after/links.json", links));

        assertThat(node.hooks()).hasSize(2).noneMatch(hook -> hook.cgroup().contains("id 0"));
        assertThat(node.hooks())
                .filteredOn(hook -> hook.cgroup().contains("4711"))
                .singleElement()
                .satisfies(dying -> {
                    assertThat(dying.programIds()).containsExactly(109, 160);
                    assertThat(dying.remark()).isPresent();
                });
    }

    /** Kernel 5: on one level the first attached wins; a child's programs run before its parents'. */
    @Test
    void childRunsBeforeParentWhateverWasAttachedFirst() {
        ReplayedNode node = replayed(both().attach(CONNECT4, 160).at(POD).attach(CONNECT4, 109));

        assertThat(node.replayer().replay(List.of(node.hookAt(POD)), frontend(VIP)))
                .singleElement()
                .satisfies(replay -> assertThat(replay.outcome()).containsExactly(to(STALE)));
    }

    private static Frontend frontend(String address) {
        return Frontend.external(endpoint(address), Protocol.TCP);
    }

    /** Kernel 6: PREORDER is in no list; only the kernel's own order shows it, and the difference is said. */
    @Test
    void kernelsOrderOutweighsTheAttachmentsAndTheDifferenceIsSaid() {
        Hook hook = replayed(both().attach(CONNECT4, 160, 109).kernelRuns(CONNECT4, 109, 160))
                .hook(CONNECT4);

        assertThat(hook.programIds()).containsExactly(109, 160);
        assertThat(hook.remark()).isPresent();
    }

    /** Kernel 7, Cilium 11: a refusal by any program is final, and the programs after it run all the same. */
    @Test
    void allProgramsRunAfterATranslation() {
        ReplayedNode node = replayed(
                andCurrent(stale().serves("10.96.0.12:80", STALE)).serves(OTHER).attach(CONNECT4, 109, 160));
        Replay replay = node.connect("10.96.0.12:80");

        assertThat(replay.outcome()).containsExactly(to(STALE));
        assertThat(node.replayer().steps(replay))
                .extracting(step -> step.program().programId())
                .containsExactly(109, 160);
        assertThat(node.connect(OTHER).outcome()).singleElement().isInstanceOf(Disposition.Refused.class);
    }

    /** Cilium 7: what the application sees of a refusal is in the program's own instructions. */
    @Test
    void errorFollowsFromTheInstructionsOfTheProgram() {
        TestNode node = andCurrent(stale().serves(OTHER))
                .serves(OTHER, CURRENT)
                .calls(109, "__htab_map_lookup_elem")
                .attach(CONNECT4, 109, 160);

        assertThat(replayed(node).connect(OTHER).outcome())
                .singleElement()
                .isInstanceOfSatisfying(
                        Disposition.Refused.class,
                        refused -> assertThat(refused.errors()).containsExactly(Errno.EPERM));
    }

    /** Cilium 8: the internal scope is looked up only where the external entry says so. */
    @Test
    void internalEntryWithoutTheFlagIsNeverRead() {
        TestNode node = andCurrent(stale().serves(service(VIP).internal().to("10.0.9.9:80")))
                .attach(CONNECT4, 109, 160);

        assertThat(replayed(node).connect(VIP).outcome()).containsExactly(to(STALE));
    }

    /** Cilium 8: up to 1.12 LOCAL_SCOPE switches the scope; from 1.13 on the same bit does not. */
    @Test
    void localScopeSwitchesForOldProgramsOnly() {
        for (int release : new int[] {12, 13}) {
            TestNode node = node().generation("only", 27)
                    .release(release)
                    .pinned()
                    .serves(service(OTHER).marked(LOCAL_SCOPE).to(STALE))
                    .serves(service(OTHER).internal().to(CURRENT))
                    .runs(109);

            assertThat(ReplayedNode.of(node, folder.resolve("1." + release))
                            .connect(OTHER)
                            .outcome())
                    .containsExactly(to(release == 12 ? CURRENT : STALE));
        }
    }

    /** Cilium 9: the entry with address 0 holds where the ipcache says host; its prefix counts 32 bits more. */
    @Test
    void nodePortHoldsForTheHostsOwnAddressesOnly() {
        for (int identity : List.of(HOST, WORLD)) {
            TestNode node = current()
                    .serves(service("0.0.0.0:30080").marked(NODE_PORT).to(CURRENT))
                    .knows("192.168.61.0/24", identity)
                    .runs(160);

            assertThat(ReplayedNode.of(node, folder.resolve("node" + identity))
                            .connect("192.168.61.17:30080")
                            .outcome())
                    .containsExactly(to(identity == HOST ? CURRENT : "192.168.61.17:30080"));
        }
    }

    /** Cilium 9: an external IP is translated only where it is this node's; without the ipcache either can be. */
    @Test
    void externalIpWithoutAnIpcacheDumpIsTranslatedOrNot() {
        ReplayedNode node = replayed(current()
                .serves(service("203.0.113.5:80").marked(EXTERNAL_IP).to(CURRENT))
                .knows("203.0.113.0/24", HOST)
                .runs(160)
                .undumped(144 + 6));
        Condition here = new Condition.AddressOfNode(endpoint("203.0.113.5:80").address(), false);

        assertThat(node.connect("203.0.113.5:80").outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(to(CURRENT), List.of(here)), tuple(to("203.0.113.5:80"), List.of(here.complement())));
    }

    /** A longer prefix may be in the part of a cut dump that is lacking; nothing is longer than the address itself. */
    @Test
    void cutIpcacheAnswersForWholeAddressesOnly() throws IOException {
        for (String network : List.of("203.0.113.5/32", "203.0.113.0/24")) {
            Path bundle = current()
                    .serves(service("203.0.113.5:80").marked(EXTERNAL_IP).to(CURRENT))
                    .knows(network, HOST)
                    .runs(160)
                    .write(folder.resolve(network));
            Path dump = bundle.resolve("bpf/map-dumps/150.json");
            Files.writeString(dump, Files.readString(dump).stripTrailing().replaceFirst("]$", ","));

            assertThat(ReplayedNode.of(bundle).connect("203.0.113.5:80").outcomes())
                    .hasSize(network.endsWith("32") ? 1 : 2)
                    .first()
                    .extracting(Outcome::disposition)
                    .isEqualTo(to(CURRENT));
        }
    }

    /** Cilium 10: AF_INET6 sockets reach IPv4 services through connect6 and the IPv4 maps; connect4 alone proves nothing. */
    @Test
    void mappedAddressesFollowConnect6AndTheV4Maps() {
        ReplayedNode node = replayed(andCurrent(stale().loads(110, CONNECT6))
                .loads(161, CONNECT6)
                .attach(CONNECT4, 160)
                .attach(CONNECT6, 110, 161));

        assertThat(node.all())
                .filteredOn(Replay::affected)
                .extracting(replay -> replay.hook().attachType())
                .containsExactly(CONNECT6);
    }

    /** Cilium 12: a link on a cgroup that is not the root looks healthy and has no effect for anybody else. */
    @Test
    void linkBesideTheRootLeavesThePodsWithoutAProgram() {
        String elsewhere = ROOT + "/kubepods/agent";
        ReplayedNode node = replayed(both().at(elsewhere).pinnedLink(5, CONNECT4, 160));

        assertThat(node.hooks()).extracting(Hook::cgroup).containsOnly(elsewhere);
        assertThat(Hooks.forCgroup(node.hooks(), POD)).isEmpty();
    }
}
