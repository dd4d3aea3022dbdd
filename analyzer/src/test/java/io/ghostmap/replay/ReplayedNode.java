package io.ghostmap.replay;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.LoadBalancer;
import io.ghostmap.datapath.cilium.Cilium;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** A node read from its bundle, to be asked what becomes of connects. */
record ReplayedNode(Evidence evidence, Datapath datapath, List<Hook> hooks, Replayer replayer) {
    static ReplayedNode of(TestNode node, Path folder) {
        return of(node.write(folder));
    }

    /** With a load balancer more than those that are known. */
    static ReplayedNode of(TestNode node, Path folder, LoadBalancer another) {
        return of(
                node.write(folder),
                evidence -> DatapathReader.read(evidence, List.of(Cilium.onNode(evidence), another)));
    }

    static ReplayedNode of(Path bundle) {
        return of(bundle, DatapathReader::read);
    }

    private static ReplayedNode of(Path path, Function<Evidence, Datapath> reader) {
        try {
            EvidenceSink sink = new EvidenceSink();
            Bundle bundle = new BundleReader(Limits.DEFAULT).read(path, List.of(sink));
            Evidence evidence = sink.assemble(bundle);
            Datapath datapath = reader.apply(evidence);
            return new ReplayedNode(evidence, datapath, Hooks.of(evidence, datapath), new Replayer(datapath));
        } catch (UnreadableBundleException e) {
            throw new AssertionError(e);
        }
    }

    // ---- questions ------------------------------------------------------------------------------------

    /** What becomes of a stream to that address at the one hook of connect4. */
    Replay connect(String address) {
        return connect(AttachType.CONNECT4, address);
    }

    Replay connect(AttachType type, String address) {
        return ask(type, address, Protocol.TCP, Client.UNKNOWN);
    }

    Replay ask(AttachType type, String address, Protocol protocol, Client client) {
        return replayer.replay(hook(type), Frontend.external(Addresses.endpoint(address), protocol), client);
    }

    /** What the application hears of its peer at the one reverse hook that follows. */
    PeerName peerName(Replay replay, String cgroup) {
        List<PeerName> names = replayer.peerNames(replay, hooks, cgroup);
        if (names.size() != 1) {
            throw new AssertionError(names.size() + " reverse hooks");
        }
        return names.get(0);
    }

    /** All replays, as a report is made of them. */
    List<Replay> all() {
        return replayer.replayAll(hooks);
    }

    Hook hook(AttachType type) {
        List<Hook> found =
                hooks.stream().filter(hook -> hook.attachType() == type).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " hooks at " + type);
        }
        return found.get(0);
    }

    Hook hookAt(String cgroup) {
        return hooks.stream()
                .filter(hook -> hook.cgroup().equals(cgroup))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no hook at " + cgroup));
    }

    // ---- what is expected -----------------------------------------------------------------------------

    static Disposition to(String address) {
        return new Disposition.Connects(endpoint(address));
    }

    static Endpoint endpoint(String address) {
        return Addresses.endpoint(address);
    }
}
