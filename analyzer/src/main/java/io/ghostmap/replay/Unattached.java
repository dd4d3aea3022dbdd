package io.ghostmap.replay;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Gap;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.EffectivePrograms;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the bundle says of a cgroup for which it lists no program. If a list is damaged, what it lacks proves nothing.
 *
 * @param hooks those at which sockets of that cgroup ask for an address; empty if the bundle does not show it
 * @param gaps the missing or damaged lists that would show it, or show more of it
 */
public record Unattached(List<Hook> hooks, List<Gap> gaps) {
    /** Only if {@link Hooks#forCgroup} finds no hook. */
    public static Unattached of(Evidence evidence, String directory) {
        List<Hook> hooks = new ArrayList<>();
        List<Gap> gaps = new ArrayList<>();
        List<Cgroup> named = evidence.cgroups().directories().stream()
                .filter(cgroup -> cgroup.directory().equals(directory))
                .toList();
        for (Cgroup cgroup : named) {
            for (AttachType type : AttachType.values()) {
                if (type.translatesForward()) {
                    hook(evidence, cgroup, type).ifPresent(hooks::add);
                }
            }
            if (wholeEffective(evidence, cgroup).isEmpty()) {
                gaps.addAll(gapsOfLists(evidence, cgroup));
            }
        }
        if (named.isEmpty()) {
            gaps.addAll(gapsOf(evidence, ArtifactKind.CGROUP_DIRECTORIES));
            gaps.addAll(gapsOf(evidence, ArtifactKind.CGROUP_DIRECTORIES_AFTER));
            gaps.add(new Gap(Artifact.of(ArtifactKind.CGROUP_DIRECTORIES), Text.of("does not list it")));
        }
        return new Unattached(List.copyOf(hooks), gaps.stream().distinct().toList());
    }

    /** The hook of a cgroup that has no programs there, if an undamaged list shows this. */
    private static Optional<Hook> hook(Evidence evidence, Cgroup cgroup, AttachType type) {
        List<Citation> shown = shownBy(evidence, cgroup, type);
        return shown.isEmpty()
                ? Optional.empty()
                : Optional.of(Hook.withoutPrograms(
                        cgroup.directory(),
                        OptionalLong.of(cgroup.inode()),
                        type,
                        evidence.cgroups().effective().containsKey(cgroup.inode()),
                        shown));
    }

    /** What shows that nothing runs there: the kernel's own list, or else what is attached to the cgroup and above. */
    public static List<Citation> shownBy(Evidence evidence, Cgroup cgroup, AttachType type) {
        Optional<EffectivePrograms> effective = wholeEffective(evidence, cgroup);
        List<Citation> shown = new ArrayList<>();
        if (effective.isPresent()) {
            int programs = effective.get().programs().size();
            shown.add(new Citation(
                    effective.get().file(),
                    "whole list",
                    programs == 0 ? "no program" : "none of " + programs + " at " + type.shortName()));
        } else if (gapsOf(evidence, ArtifactKind.CGROUP_TREE).isEmpty()) {
            evidence.cgroups()
                    .trees()
                    .forEach(file -> shown.add(new Citation(
                            file,
                            "whole list",
                            "none at " + type.shortName() + " of " + cgroup.directory() + " or above it")));
        }
        if (!shown.isEmpty()) {
            shown.add(cgroup.source());
        }
        return List.copyOf(shown);
    }

    private static Optional<EffectivePrograms> wholeEffective(Evidence evidence, Cgroup cgroup) {
        return Optional.ofNullable(evidence.cgroups().effective().get(cgroup.inode()))
                .filter(list -> gapsOf(evidence, effectiveList(cgroup)).isEmpty());
    }

    private static List<Gap> gapsOfLists(Evidence evidence, Cgroup cgroup) {
        List<Gap> gaps = new ArrayList<>(gapsOf(evidence, effectiveList(cgroup)));
        if (gaps.isEmpty()) {
            gaps.add(new Gap(effectiveList(cgroup), Text.of("absent")));
        }
        gaps.addAll(gapsOf(evidence, ArtifactKind.CGROUP_TREE));
        return gaps;
    }

    private static Artifact effectiveList(Cgroup cgroup) {
        return Artifact.of(ArtifactKind.CGROUP_EFFECTIVE, cgroup.inode());
    }

    private static List<Gap> gapsOf(Evidence evidence, Artifact artifact) {
        return evidence.gaps().stream()
                .filter(gap -> gap.artifact().covers(artifact))
                .toList();
    }

    private static List<Gap> gapsOf(Evidence evidence, ArtifactKind kind) {
        return evidence.gaps().stream()
                .filter(gap -> gap.artifact().concerns(kind))
                .toList();
    }
}
