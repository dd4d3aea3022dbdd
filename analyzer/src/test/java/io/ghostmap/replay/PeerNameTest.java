package io.ghostmap.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.cli.Explained;
import io.ghostmap.report.Report;
import io.ghostmap.support.NodeBundle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an application is told of its peer, told from the bundle of a small node: an old generation (services 27, backends
 * 28, reverse_sk 29) and a current one (144, 145, 146), programs 109 and 160 at connect4, 110 and 161 at getpeername4.
 */
final class PeerNameTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String CONNECT = "cgroup_inet4_connect";
    private static final String PEER = "cgroup_inet4_getpeername";
    private static final String FRONTEND = "172.17.93.4:8080";
    private static final String STALE_BACKEND = "172.16.149.220:8080";
    private static final int TCP = 6;

    @TempDir
    private Path folder;

    private static NodeBundle node() {
        return new NodeBundle()
                .generation(27, 28, false)
                .map(29, "lru_hash", "cilium_lb4_reve", 16, 8, "")
                .service(27, FRONTEND, TCP, 7)
                .backend(28, 7, STALE_BACKEND)
                .generation(144, 145, true)
                .map(146, "lru_hash", "cilium_lb4_reve", 16, 8, "/sys/fs/bpf/tc/globals/cilium_lb4_reverse_sk")
                .service(144, FRONTEND, TCP, 996)
                .backend(145, 996, "172.16.109.127:8080")
                .program(109, "cil_sock4_connect", 27, 28, 29)
                .program(160, "cil_sock4_connect", 144, 145, 146)
                .program(110, "cil_sock4_getpeername", 27, 29)
                .program(161, "cil_sock4_getpeername", 144, 146)
                .attach(ROOT, 109, CONNECT, "multi")
                .attach(ROOT, 160, CONNECT, "multi");
    }

    @Test
    void staleReverseProgramHidesWhereTheConnectionGoes() throws UnreadableBundleException {
        Report.PeerName peer = only(node().attach(ROOT, 110, PEER, "multi").attach(ROOT, 161, PEER, "multi"));

        assertThat(peer.attachType()).isEqualTo("getpeername4");
        assertThat(peer.names()).containsExactly(new Report.Name(FRONTEND, "frontend", 1, List.of()));
        assertThat(peer.text()).endsWith("its name does not betray where the connection goes");
        assertThat(peer.steps().get(0).notes())
                .containsExactly(new Report.Note(29, 109, STALE_BACKEND, FRONTEND, 0x0198, "counts"));
        assertThat(peer.steps().get(0).entries()).hasSize(1); // the service that it compares the note with
        assertThat(peer.steps().get(1).before()).isEqualTo(FRONTEND);
        assertThat(peer.steps().get(1).notes()).isEmpty();
    }

    /** The current program reads its own map, where the stale one has written nothing. */
    @Test
    void withoutTheStaleReverseProgramTheNameIsTheBackends() throws UnreadableBundleException {
        Report.PeerName peer = only(node().attach(ROOT, 161, PEER, "multi"));

        assertThat(peer.names()).containsExactly(new Report.Name(STALE_BACKEND, "destination", 1, List.of()));
        assertThat(peer.text())
                .isEqualTo("getpeername4 tells the application " + STALE_BACKEND + ", where it is connected to");
    }

    @Test
    void noteOfAServiceThatIsGoneIsDeletedAndTheNextProgramFindsItNoMore() throws UnreadableBundleException {
        Report.PeerName peer = only(node().generation(200, 201, false)
                .service(200, "172.17.0.1:1", TCP, 1)
                .program(170, "cil_sock4_getpeername", 200, 29) // other services over the same reverse_sk
                .attach(ROOT, 170, PEER, "multi")
                .attach(ROOT, 110, PEER, "multi"));

        assertThat(peer.steps().get(0).notes()).extracting(Report.Note::outcome).containsExactly("forgotten");
        assertThat(peer.steps().get(1).notes()).isEmpty();
        assertThat(peer.names()).extracting(Report.Name::name).containsExactly(STALE_BACKEND);
    }

    @Test
    void idThatBelongsToAnotherServiceByNowDoesNotCount() throws UnreadableBundleException {
        byte[] key = {(byte) 172, 17, 93, 4, 0x1f, (byte) 0x90, 0, 0, TCP, 0, 0, 0};
        byte[] value = {0, 0, 0, 1, 1, 0, 0x77, 0x77, 0, 0, 0, 0};
        Report.PeerName peer = only(node().map(300, "hash", "cilium_lb4_serv", 12, 12, "")
                .row(300, key, value)
                .program(171, "cil_sock4_getpeername", 300, 29)
                .attach(ROOT, 171, PEER, "multi"));

        assertThat(peer.steps().get(0).notes()).extracting(Report.Note::outcome).containsExactly("forgotten");
        assertThat(peer.names()).extracting(Report.Name::tells).containsExactly("destination");
    }

    @Test
    void undumpedServicesLeaveTheNameOpen() throws UnreadableBundleException {
        Report.PeerName peer = only(node().map(300, "hash", "cilium_lb4_serv", 12, 12, "")
                .program(171, "cil_sock4_getpeername", 300, 29)
                .attach(ROOT, 171, PEER, "multi"));

        assertThat(peer.names()).extracting(Report.Name::tells).containsExactly("unknown");
        assertThat(peer.names().get(0).name()).isEqualTo("unknown: map 300 was not dumped");
    }

    @Test
    void explainSaysItAtTheHookOfTheAskedCgroup() {
        String pod = ROOT + "/kubepods/pod1";
        Path bundle = node().attach(ROOT, 161, PEER, "multi")
                .attach(pod, 110, PEER, "multi")
                .write(folder);

        assertThat(Explained.of(bundle, FRONTEND, "--cgroup", pod))
                .contains("getpeername4 tells the application " + FRONTEND + ", what it asked for");
        assertThat(Explained.of(bundle, FRONTEND, "--cgroup", ROOT))
                .contains("getpeername4 tells the application " + STALE_BACKEND + ", where it is connected to");
    }

    @Test
    void nothingIsSaidWhereNoReverseHookHasAProgram() throws UnreadableBundleException {
        assertThat(replay(node()).peerNames()).isEmpty();
    }

    private Report.PeerName only(NodeBundle node) throws UnreadableBundleException {
        List<Report.PeerName> names = replay(node).peerNames();
        assertThat(names).hasSize(1);
        return names.get(0);
    }

    private Report.Replay replay(NodeBundle node) throws UnreadableBundleException {
        return Analysis.of(node.write(folder)).replays().stream()
                .filter(replay -> replay.frontend().equals(FRONTEND + "/TCP"))
                .findFirst()
                .orElseThrow();
    }
}
