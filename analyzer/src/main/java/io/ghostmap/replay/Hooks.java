package io.ghostmap.replay;

import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.AttachedProgram;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.CgroupPrograms;
import io.ghostmap.evidence.EffectivePrograms;
import io.ghostmap.evidence.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Builds the run order of every hook: as the kernel named it where {@code effective} was captured, otherwise computed
 * from the attachments by the kernel's rule ({@code compute_effective_progs} in kernel/bpf/cgroup.c): a cgroup's own
 * programs in attach order, then each ancestor's, an ancestor only if it attached with multi or nothing came before.
 */
public final class Hooks {
    private final Evidence evidence;
    private final Datapath datapath;

    private Hooks(Evidence evidence, Datapath datapath) {
        this.evidence = evidence;
        this.datapath = datapath;
    }

    /** Distinct chains, the topmost cgroup first; a cgroup below with the same chain is only counted. */
    public static List<Hook> of(Evidence evidence, Datapath datapath) {
        return new Hooks(evidence, datapath).all();
    }

    /** The hooks that sockets of that cgroup pass: its own where they were captured, else the nearest ancestor's. */
    public static List<Hook> forCgroup(List<Hook> hooks, String directory) {
        Map<AttachType, Hook> nearest = new EnumMap<>(AttachType.class);
        for (Hook hook : hooks) {
            if (hook.distanceTo(directory) >= 0) {
                nearest.merge(
                        hook.attachType(),
                        hook,
                        (first, other) -> other.distanceTo(directory) < first.distanceTo(directory) ? other : first);
            }
        }
        return List.copyOf(nearest.values());
    }

    private List<Hook> all() {
        List<Hook> hooks = new ArrayList<>();
        for (EffectivePrograms effective : evidence.effective().values()) {
            Optional<Cgroup> cgroup = evidence.cgroup(effective.cgroupId());
            String directory = cgroup.map(Cgroup::directory).orElse("cgroup id " + effective.cgroupId());
            addHooks(hooks, directory, OptionalLong.of(effective.cgroupId()), effective.programs(), true);
        }
        List<Hook> captured = List.copyOf(hooks);
        for (CgroupPrograms cgroup : evidence.tree()) {
            List<AttachedProgram> rest = computed(cgroup.path()).stream()
                    .filter(row -> captured.stream()
                            .noneMatch(hook ->
                                    hook.cgroup().equals(cgroup.path()) && hook.attachType() == row.attachType()))
                    .toList();
            addHooks(hooks, cgroup.path(), inodeOf(cgroup.path()), rest, false);
        }
        addDying(hooks);
        hooks.sort(Comparator.comparing(Hook::attachType)
                .thenComparing(Hook::captured, Comparator.reverseOrder())
                .thenComparingInt(hook -> hook.cgroup().length())
                .thenComparing(Hook::cgroup));
        return collapsed(hooks);
    }

    /** Links to cgroups without a directory, which neither the tree nor an effective list can show. */
    private void addDying(List<Hook> hooks) {
        Set<String> listed =
                new TreeSet<>(evidence.tree().stream().map(CgroupPrograms::path).toList());
        for (Attachment attachment : datapath.attachments()) {
            if (!listed.contains(attachment.cgroup())) {
                AttachedProgram row = new AttachedProgram(
                        attachment.programId(), attachment.attachType(), "multi", "", attachment.source());
                addHooks(hooks, attachment.cgroup(), attachment.cgroupId(), List.of(row), false);
            }
        }
    }

    /** Own programs of a cgroup that its effective list lacks: the two readings contradict each other. */
    public static List<Gap> contradictions(Evidence evidence) {
        List<Gap> gaps = new ArrayList<>();
        for (EffectivePrograms effective : evidence.effective().values()) {
            String directory =
                    evidence.cgroup(effective.cgroupId()).map(Cgroup::directory).orElse("");
            for (CgroupPrograms attached : evidence.tree()) {
                for (AttachedProgram row : attached.programs()) {
                    boolean runs = effective.programs().stream()
                            .anyMatch(other ->
                                    other.programId() == row.programId() && other.attachType() == row.attachType());
                    if (attached.path().equals(directory) && !runs) {
                        gaps.add(new Gap(
                                "bpf/cgroups/effective/" + effective.cgroupId() + ".json",
                                "lacks program " + row.programId() + " at "
                                        + row.attachType().shortName()
                                        + ", which bpf/cgroups/tree.json lists as attached there"));
                    }
                }
            }
        }
        return List.copyOf(gaps);
    }

    private void addHooks(
            List<Hook> hooks, String directory, OptionalLong inode, List<AttachedProgram> rows, boolean captured) {
        for (AttachType type : AttachType.values()) {
            List<HookProgram> programs = rows.stream()
                    .filter(row -> row.attachType() == type)
                    .map(row -> program(row, directory))
                    .toList();
            if (!programs.isEmpty()) {
                hooks.add(new Hook(directory, inode, type, programs, List.of(), captured));
            }
        }
    }

    private HookProgram program(AttachedProgram row, String directory) {
        Optional<Attachment> attachment = datapath.attachments().stream()
                .filter(candidate -> candidate.programId() == row.programId())
                .filter(candidate -> candidate.attachType() == row.attachType())
                .filter(candidate -> isSameOrBelow(directory, candidate.cgroup()))
                .findFirst();
        String name = evidence.state()
                .programs()
                .find(row.programId())
                .map(BpfProgram::name)
                .orElse(row.name());
        boolean listed = evidence.state().programs().find(row.programId()).isPresent();
        return new HookProgram(row.programId(), name, attachment, listed, datapath.view(row.programId()), row.source());
    }

    private List<AttachedProgram> computed(String directory) {
        List<CgroupPrograms> upwards = evidence.tree().stream()
                .filter(cgroup -> isSameOrBelow(directory, cgroup.path()))
                .sorted(Comparator.comparingInt(
                                (CgroupPrograms cgroup) -> cgroup.path().length())
                        .reversed())
                .toList();
        List<AttachedProgram> chain = new ArrayList<>();
        for (AttachType type : AttachType.values()) {
            List<AttachedProgram> ofType = new ArrayList<>();
            for (CgroupPrograms cgroup : upwards) {
                List<AttachedProgram> own = cgroup.programs().stream()
                        .filter(row -> row.attachType() == type)
                        .toList();
                boolean multi = own.stream().allMatch(row -> row.flags().equals("multi"));
                if (ofType.isEmpty() || multi) {
                    ofType.addAll(own);
                }
            }
            chain.addAll(ofType);
        }
        return chain;
    }

    private static boolean isSameOrBelow(String directory, String ancestor) {
        return directory.equals(ancestor) || directory.startsWith(ancestor.endsWith("/") ? ancestor : ancestor + "/");
    }

    private OptionalLong inodeOf(String directory) {
        return evidence.cgroups().stream()
                .filter(cgroup -> cgroup.directory().equals(directory))
                .mapToLong(Cgroup::inode)
                .findFirst();
    }

    private static Hook with(Hook first, Hook again) {
        List<String> alsoIn = new ArrayList<>(first.alsoIn());
        alsoIn.add(again.cgroup());
        return new Hook(
                first.cgroup(),
                first.cgroupId(),
                first.attachType(),
                first.programs(),
                List.copyOf(alsoIn),
                first.captured());
    }

    private static List<Hook> collapsed(List<Hook> hooks) {
        record Chain(AttachType type, List<Integer> programs) {}
        Map<Chain, Hook> distinct = new LinkedHashMap<>();
        for (Hook hook : hooks) {
            distinct.merge(new Chain(hook.attachType(), hook.programIds()), hook, Hooks::with);
        }
        return List.copyOf(distinct.values());
    }
}
