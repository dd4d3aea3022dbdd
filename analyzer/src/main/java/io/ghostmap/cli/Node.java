package io.ghostmap.cli;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.report.MapContent;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The node without its traffic, for the commands about single maps. */
record Node(Evidence evidence, Datapath datapath) {
    static Node of(Path path) throws UnreadableBundleException {
        EvidenceSink sink = new EvidenceSink();
        Bundle bundle = BundleReader.withoutDigests(Limits.DEFAULT).read(path, List.of(sink));
        Evidence evidence = sink.assemble(bundle);
        return new Node(evidence, DatapathReader.read(evidence));
    }

    /** The map with its dump; wrong usage if the bundle has no such map, unreadable if it was not dumped. */
    MapContent map(int id, CommandLine command) throws UnreadableBundleException {
        Optional<BpfMap> map = evidence.bpf().state().maps().find(id);
        if (map.isEmpty()) {
            throw new ParameterException(
                    command,
                    "no map " + id + " is in the bundle's lists; ghostmap maps BUNDLE lists the load balancer's");
        }
        Optional<MapDump> dump = evidence.bpf().dump(id);
        if (dump.isEmpty()) {
            throw new UnreadableBundleException("map " + id + " was not dumped: "
                    + Artifact.of(ArtifactKind.MAP_DUMP, id).name() + " is not in the bundle");
        }
        return new MapContent(map.get(), dump.get(), datapath);
    }

    Optional<MapRole> role(int id) {
        return Optional.ofNullable(datapath.identities().get(id)).flatMap(Identity::role);
    }

    String what(int id) {
        return role(id).map(MapRole::toString).orElse("an unknown map")
                + evidence.bpf()
                        .state()
                        .maps()
                        .find(id)
                        .map(map -> ", " + map.keyBytes() + " and " + map.valueBytes() + " bytes")
                        .orElse("");
    }
}
