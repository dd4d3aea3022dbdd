package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Gap;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.EffectivePrograms;
import io.ghostmap.evidence.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the bundle tells of a cgroup of which it names no program. A list that is not whole shows nothing by what it lacks.
 *
 * @param hooks those at which sockets of that cgroup ask for an address; none where the bundle does not tell
 * @param gaps which lists are missing, or not whole, that would tell or would tell it better
 */
public record Unattached(List<Hook> hooks, List<Gap> gaps) {
    private static final String CGROUPS = "node/cgroups";

    /** Only where {@link Hooks#forCgroup} names no hook. */
    public static Unattached of(Evidence evidence, String directory) {
        List<Hook> hooks = new ArrayList<>();
        List<Gap> gaps = new ArrayList<>();
        List<Cgroup> named = evidence.cgroups().stream()
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
            gaps.addAll(gapsIn(evidence, CGROUPS));
            gaps.add(new Gap(CGROUPS + ".tsv", "does not name it"));
        }
        return new Unattached(List.copyOf(hooks), gaps.stream().distinct().toList());
    }

    /** The hook of a cgroup that lacks programs there, if a whole list shows that it does. */
    private static Optional<Hook> hook(Evidence evidence, Cgroup cgroup, AttachType type) {
        List<Citation> shown = shownBy(evidence, cgroup, type);
        return shown.isEmpty()
                ? Optional.empty()
                : Optional.of(Hook.withoutPrograms(
                        cgroup.directory(),
                        OptionalLong.of(cgroup.inode()),
                        type,
                        evidence.effective().containsKey(cgroup.inode()),
                        shown));
    }

    /** What shows that nothing runs there: the kernel's own list, or else what is attached to the cgroup and above. */
    public static List<Citation> shownBy(Evidence evidence, Cgroup cgroup, AttachType type) {
        Optional<EffectivePrograms> effective = wholeEffective(evidence, cgroup);
        List<Citation> shown = new ArrayList<>();
        if (effective.isPresent()) {
            int programs = effective.get().programs().size();
            shown.add(new Citation(
                    Evidence.effectiveFile(cgroup.inode()),
                    "whole list",
                    programs == 0 ? "no program" : "none of " + programs + " at " + type.shortName()));
        } else if (gapsIn(evidence, "bpf/cgroups/tree").isEmpty()) {
            evidence.trees()
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
        return Optional.ofNullable(evidence.effective().get(cgroup.inode()))
                .filter(list ->
                        gapsIn(evidence, Evidence.effectiveFile(cgroup.inode())).isEmpty());
    }

    private static List<Gap> gapsOfLists(Evidence evidence, Cgroup cgroup) {
        String effective = Evidence.effectiveFile(cgroup.inode());
        List<Gap> gaps = new ArrayList<>(gapsIn(evidence, effective));
        if (gaps.isEmpty()) {
            gaps.add(new Gap(effective, "absent"));
        }
        gaps.addAll(gapsIn(evidence, "bpf/cgroups/tree"));
        return gaps;
    }

    private static List<Gap> gapsIn(Evidence evidence, String artifact) {
        return evidence.gaps().stream()
                .filter(gap -> gap.artifact().startsWith(artifact))
                .toList();
    }
}
