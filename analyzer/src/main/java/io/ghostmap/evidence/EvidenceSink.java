package io.ghostmap.evidence;

import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.bundle.Member;
import io.ghostmap.bundle.MemberSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes the node's files as the bundle streams past, in any order, and assembles the {@link Evidence} at the end. */
public final class EvidenceSink implements MemberSink {
    private final Readers readers = new Readers();
    private final NodeReader node = new NodeReader(readers);
    private final BpfReader bpf;
    private final CgroupReader cgroups = new CgroupReader(readers);
    private final AgentReader agent = new AgentReader(readers);
    private final KubernetesReader kubernetes = new KubernetesReader(readers);
    private final NetworkReader network = new NetworkReader(readers);

    /** Keeps the rows of all dumps. */
    public EvidenceSink() {
        this(RowFilter.ALL);
    }

    /** Keeps the rows of map dumps that {@code filter} keeps. */
    public EvidenceSink(RowFilter filter) {
        bpf = new BpfReader(readers, filter);
    }

    @Override
    public boolean wants(Member member) {
        return readers.has(member.kind()) || isIndependent(member);
    }

    /** Dumps of maps are most of the bytes of a large bundle, and their reader is used by no other. */
    @Override
    public boolean isIndependent(Member member) {
        return member.kind() == ArtifactKind.MAP_DUMP;
    }

    @Override
    public void read(Member member, InputStream in) throws IOException {
        if (isIndependent(member)) {
            bpf.dumps().read(member, in);
        } else {
            readers.read(member, in);
        }
    }

    /** What was read, with the gaps of the bundle itself in front. */
    public Evidence assemble(Bundle bundle) {
        cgroups.dropWhatSaysNothing(node.bpftool());
        List<Gap> gaps = new ArrayList<>(bundle.gaps());
        gaps.addAll(readers.gaps());
        gaps.addAll(bpf.gaps());
        gaps.addAll(ExpectedArtifacts.absentFrom(bundle, gaps));
        Set<ArtifactKind> damaged =
                gaps.stream().map(gap -> gap.artifact().kind()).collect(Collectors.toSet());
        return new Evidence(
                node.facts(),
                bpf.evidence(bundle.manifest().map(Manifest::steps).orElse(List.of())),
                cgroups.evidence(),
                agent.evidence(damaged),
                kubernetes.view(damaged),
                network.evidence(),
                gaps.stream().distinct().toList());
    }
}
