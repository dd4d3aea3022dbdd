package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.GETPEERNAME4;
import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.datapath.program.Note;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an application hears of its peer on a small node: an old generation (services 27, backends 28, reverse_sk 29) and a
 * current one (144, 145, 146), programs 109 and 160 at connect4, 110 and 161 at getpeername4.
 */
final class PeerNameTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String STALE = "172.16.149.220:8080";
    private static final int REV_NAT_ID = 0x0198;

    @TempDir
    private Path folder;

    private static TestNode generations() {
        return node().generation("old", 27)
                .has("cilium_lb4_reverse_sk")
                .serves(service(VIP).revNatId(REV_NAT_ID).to(STALE))
                .runs(109)
                .loads(110, GETPEERNAME4)
                .generation("current", 144)
                .has("cilium_lb4_reverse_sk")
                .pinned()
                .serves(service(VIP).revNatId(REV_NAT_ID).to("172.16.109.127:8080"))
                .runs(160)
                .loads(161, GETPEERNAME4);
    }

    private PeerName peerName(TestNode node) {
        return peerName(node, ROOT);
    }

    private PeerName peerName(TestNode node, String cgroup) {
        ReplayedNode replayed = ReplayedNode.of(node, folder.resolve(cgroup.substring(1)));
        return replayed.peerName(replayed.connect(VIP), cgroup);
    }

    @Test
    void staleReverseProgramHidesWhereTheConnectionGoes() {
        PeerName peer = peerName(generations().attach(GETPEERNAME4, 110, 161));

        assertThat(peer.hook().attachType()).isEqualTo(GETPEERNAME4);
        assertThat(peer.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.end()).isEqualTo(to(STALE));
            assertThat(seen.name()).isEqualTo(to(VIP));
            assertThat(seen.conditions()).isEmpty();
        });
        assertThat(peer.steps().get(0).notes())
                .containsExactly(new Note(29, 109, endpoint(STALE), endpoint(VIP), REV_NAT_ID, Note.State.COUNTS));
        assertThat(peer.steps().get(0).rows()).hasSize(1); // the service that it compares the note with
        assertThat(peer.steps().get(1).before()).containsExactly(endpoint(VIP));
        assertThat(peer.steps().get(1).notes()).isEmpty();
    }

    /** The current program reads its own map, where the stale one has written nothing. */
    @Test
    void withoutTheStaleReverseProgramTheNameIsTheBackends() {
        assertThat(peerName(generations().attach(GETPEERNAME4, 161)).only()).contains(endpoint(STALE));
    }

    @Test
    void noteOfAServiceThatIsGoneIsDeletedAndTheNextProgramFindsItNoMore() {
        PeerName peer = peerName(generations()
                .generation("another", 200)
                .serves("172.17.0.1:1", "172.16.0.1:1")
                .loadsOver(170, GETPEERNAME4, 200, 29) // other services over the same reverse_sk
                .attach(GETPEERNAME4, 170, 110));

        assertThat(peer.steps().get(0).notes()).extracting(Note::outcome).containsExactly(Note.State.FORGOTTEN);
        assertThat(peer.steps().get(1).notes()).isEmpty();
        assertThat(peer.only()).contains(endpoint(STALE));
    }

    @Test
    void idThatBelongsToAnotherServiceByNowDoesNotCount() {
        PeerName peer = peerName(generations()
                .generation("another", 200)
                .serves(service(VIP).revNatId(0x7777).to("172.16.0.1:1"))
                .loadsOver(171, GETPEERNAME4, 200, 29)
                .attach(GETPEERNAME4, 171));

        assertThat(peer.steps().get(0).notes()).extracting(Note::outcome).containsExactly(Note.State.FORGOTTEN);
        assertThat(peer.only()).contains(endpoint(STALE));
    }

    @Test
    void undumpedServicesLeaveTheNameOpen() {
        PeerName peer = peerName(generations()
                .map(300, "hash", "cilium_lb4_serv", 12, 12, "")
                .loadsOver(171, GETPEERNAME4, 300, 29)
                .attach(GETPEERNAME4, 171));

        assertThat(peer.seen()).extracting(PeerName.Seen::name).singleElement().isInstanceOf(Disposition.Unknown.class);
        assertThat(peer.only()).isEmpty();
    }

    /** Was: it no longer has the service and deletes the entry, while the kernel told the service's address. */
    @Test
    void programWithoutAServicesMapLeavesTheNameOpen() {
        PeerName peer = peerName(generations().loadsOver(171, GETPEERNAME4, 29).attach(GETPEERNAME4, 171));

        assertThat(peer.seen()).extracting(PeerName.Seen::name).singleElement().isInstanceOf(Disposition.Unknown.class);
        assertThat(peer.steps().get(0).notes()).extracting(Note::outcome).containsExactly(Note.State.OPEN);
    }

    @Test
    void theNameIsThatOfTheAskedCgroup() {
        String pod = ROOT + "/kubepods/pod1";
        TestNode node = generations().attach(GETPEERNAME4, 161).at(pod).attach(GETPEERNAME4, 110);

        assertThat(peerName(node, pod).only()).contains(endpoint(VIP));
        assertThat(peerName(node, ROOT).only()).contains(endpoint(STALE));
    }

    @Test
    void thereIsNoNameWhereNoReverseHookHasAProgram() {
        ReplayedNode node = ReplayedNode.of(generations(), folder);

        assertThat(node.replayer().peerNames(node.connect(VIP), node.hooks(), ROOT))
                .isEqualTo(List.of());
    }
}
