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
import io.ghostmap.support.NodeBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** A node read from its bundle, to be asked what becomes of connects. */
record ReplayedNode(Evidence evidence, Datapath datapath, List<Hook> hooks, Replayer replayer) {
    static ReplayedNode of(NodeBundle node, Path folder) {
        return of(node.write(folder));
    }

    /** With a load balancer more than those that are known. */
    static ReplayedNode of(NodeBundle node, Path folder, LoadBalancer another) {
        return of(
                node.write(folder),
                evidence -> DatapathReader.read(evidence, List.of(Cilium.onNode(evidence), another)));
    }

    static ReplayedNode of(Path path) {
        return of(path, DatapathReader::read);
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

    /** What becomes of a stream to that address at the one hook of that type. */
    Replay connect(AttachType type, String address) {
        return ask(type, address, Protocol.TCP);
    }

    Replay ask(AttachType type, String address, Protocol protocol) {
        return ask(type, address, protocol, Client.UNKNOWN);
    }

    Replay ask(AttachType type, String address, Protocol protocol, Client client) {
        List<Hook> found =
                hooks.stream().filter(hook -> hook.attachType() == type).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " hooks at " + type);
        }
        return replayer.replay(found.get(0), Frontend.external(Addresses.endpoint(address), protocol), client);
    }

    static Disposition to(String address) {
        return new Disposition.Connects(endpoint(address));
    }

    static Endpoint endpoint(String address) {
        return Addresses.endpoint(address);
    }
}
