package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Gap;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;

/** What every bundle of format 1 should hold. An artifact that is absent although the manifest does not say so becomes a gap. */
final class ExpectedArtifacts {
    private static final List<ArtifactKind> EXPECTED = List.of(
            ArtifactKind.MAPS_BEFORE,
            ArtifactKind.PROGRAMS_BEFORE,
            ArtifactKind.LINKS_BEFORE,
            ArtifactKind.MAPS_AFTER,
            ArtifactKind.PROGRAMS_AFTER,
            ArtifactKind.LINKS_AFTER,
            ArtifactKind.CGROUP_TREE,
            ArtifactKind.PINS,
            ArtifactKind.HOLDERS,
            ArtifactKind.AGENT_CONFIG,
            ArtifactKind.AGENT_SERVICES,
            ArtifactKind.AGENT_BPF_SERVICES,
            ArtifactKind.KUBERNETES_SERVICES,
            ArtifactKind.KUBERNETES_SLICES,
            ArtifactKind.KUBERNETES_PODS,
            ArtifactKind.IPTABLES,
            ArtifactKind.BOOT_ID,
            ArtifactKind.CGROUP_DIRECTORIES);

    /** At least one member of each of these groups. */
    private static final List<ArtifactKind> EXPECTED_GROUPS =
            List.of(ArtifactKind.CGROUP_EFFECTIVES, ArtifactKind.MAP_DUMPS, ArtifactKind.PACKETS);

    private ExpectedArtifacts() {}

    /** {@code known}: the gaps that were already found. */
    static List<Gap> absentFrom(Bundle bundle, List<Gap> known) {
        List<Gap> gaps = new ArrayList<>();
        for (ArtifactKind kind : EXPECTED) {
            Artifact artifact = Artifact.of(kind);
            if (!bundle.artifacts().contains(artifact) && !isNamed(artifact, known)) {
                gaps.add(new Gap(artifact, Text.of("absent")));
            }
        }
        for (ArtifactKind kind : EXPECTED_GROUPS) {
            Artifact group = Artifact.of(kind);
            boolean partly =
                    known.stream().anyMatch(gap -> gap.artifact().kind().isWithin(kind));
            if (!isInPart(kind, bundle) && !partly && !isNamed(group, known)) {
                gaps.add(new Gap(group, Text.of("absent")));
            }
        }
        return gaps;
    }

    private static boolean isInPart(ArtifactKind group, Bundle bundle) {
        return bundle.artifacts().stream()
                .map(Artifact::kind)
                .anyMatch(kind -> kind.isWithin(group) && kind != ArtifactKind.CAPTURE_COUNTERS);
    }

    /** Whether it is known to be missing, either itself or with a group that it belongs to. */
    private static boolean isNamed(Artifact artifact, List<Gap> known) {
        return known.stream().anyMatch(gap -> gap.artifact().covers(artifact));
    }
}
