package io.ghostmap.replay;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
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
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
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
 * Builds the run order of every hook: the kernel's own if {@code effective} was captured, otherwise computed from the
 * attachments by the kernel's rule ({@code compute_effective_progs} in kernel/bpf/cgroup.c): a cgroup's own
 * programs in attach order, then each ancestor's, an ancestor only if it attached with multi or nothing came before.
 */
public final class Hooks {
    private static final String MULTI = "multi";

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

    /** The hooks that sockets of that cgroup pass: its own if they were captured, otherwise the nearest ancestor's. */
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
        for (EffectivePrograms effective : evidence.cgroups().effective().values()) {
            String directory = directoryOf(effective.cgroupId());
            List<AttachedProgram> computed = computed(directory);
            for (AttachType type : AttachType.values()) {
                List<AttachedProgram> rows = ofType(effective.programs(), type);
                addHook(
                        hooks,
                        directory,
                        OptionalLong.of(effective.cgroupId()),
                        type,
                        rows,
                        true,
                        disagreement(rows, ofType(computed, type)));
            }
        }
        List<Hook> captured = List.copyOf(hooks);
        for (CgroupPrograms cgroup : evidence.cgroups().attached()) {
            OptionalLong inode = inodeOf(cgroup.path());
            List<AttachedProgram> computed = computed(cgroup.path());
            for (AttachType type : AttachType.values()) {
                boolean known = captured.stream()
                        .anyMatch(hook -> hook.attachType() == type
                                && (hook.cgroup().equals(cgroup.path())
                                        || (inode.isPresent() && hook.cgroupId().equals(inode))));
                if (!known) {
                    addHook(hooks, cgroup.path(), inode, type, ofType(computed, type), false, Optional.empty());
                }
            }
        }
        addDying(hooks);
        hooks.sort(Comparator.comparing(Hook::attachType)
                .thenComparing(Hook::captured, Comparator.reverseOrder())
                .thenComparingInt(hook -> hook.cgroup().length())
                .thenComparing(Hook::cgroup));
        return collapsed(hooks);
    }

    /** The path that the tree has, if it lists the cgroup: the same directory can be seen through several mounts. */
    private String directoryOf(long cgroupId) {
        List<String> directories = evidence.cgroups().directories().stream()
                .filter(cgroup -> cgroup.inode() == cgroupId)
                .map(Cgroup::directory)
                .toList();
        return directories.stream()
                .filter(directory -> evidence.cgroups().attached().stream()
                        .anyMatch(cgroup -> cgroup.path().equals(directory)))
                .findFirst()
                .or(() -> directories.stream().findFirst())
                .orElse("cgroup id " + cgroupId);
    }

    private static List<AttachedProgram> ofType(List<AttachedProgram> rows, AttachType type) {
        return rows.stream().filter(row -> row.attachType() == type).toList();
    }

    /** What the kernel's own order has that the attachments, as the tree lists them, do not explain. */
    private Optional<String> disagreement(List<AttachedProgram> kernel, List<AttachedProgram> computed) {
        List<Integer> runs = ids(kernel);
        List<Integer> attached = ids(computed);
        if (!evidence.cgroups().treeCaptured() || runs.equals(attached)) {
            return Optional.empty();
        }
        List<Integer> more = new ArrayList<>(runs);
        attached.forEach(more::remove);
        List<Integer> fewer = new ArrayList<>(attached);
        runs.forEach(fewer::remove);
        if (!more.isEmpty() && fewer.isEmpty()) {
            return Optional.of(
                    "programs " + more + " run here, but the tree does not list their attachment: they are attached"
                            + " above the part of the tree that the collector could see");
        }
        return more.isEmpty() && fewer.isEmpty()
                ? Optional.of("by the attachments alone, the order would be " + attached
                        + "; some were made with BPF_F_PREORDER, which no list shows")
                : Optional.of("by the attachments, the order would be " + attached
                        + ": one of the two readings is older than the other");
    }

    private static List<Integer> ids(List<AttachedProgram> rows) {
        return new ArrayList<>(rows.stream().map(AttachedProgram::programId).toList());
    }

    /**
     * Links to cgroups without a directory, which neither the tree nor an effective list can show: their programs run for
     * sockets that were made there, and after them those of the root if they are attached with multi.
     */
    private void addDying(List<Hook> hooks) {
        Set<String> listed = new TreeSet<>(
                evidence.cgroups().attached().stream().map(CgroupPrograms::path).toList());
        Map<String, List<Attachment>> dying = new LinkedHashMap<>();
        for (Attachment attachment : datapath.attachments()) {
            if (!listed.contains(attachment.cgroup())) {
                dying.computeIfAbsent(attachment.cgroup(), cgroup -> new ArrayList<>())
                        .add(attachment);
            }
        }
        dying.forEach((cgroup, attachments) -> {
            for (AttachType type : AttachType.values()) {
                List<AttachedProgram> rows = new ArrayList<>();
                attachments.stream()
                        .filter(attachment -> attachment.attachType() == type)
                        .map(attachment ->
                                new AttachedProgram(attachment.programId(), type, MULTI, "", attachment.source()))
                        .forEach(rows::add);
                if (!rows.isEmpty()) {
                    ofRoot(type).stream()
                            .filter(row -> row.flags().equals(MULTI))
                            .forEach(rows::add);
                }
                addHook(
                        hooks,
                        cgroup,
                        attachments.get(0).cgroupId(),
                        type,
                        rows,
                        false,
                        Optional.of(
                                "what is attached between this cgroup and the root is not known, since the cgroup no longer exists"));
            }
        });
    }

    /** The programs of the topmost cgroup that the tree lists. */
    private List<AttachedProgram> ofRoot(AttachType type) {
        return evidence.cgroups().attached().stream()
                .min(Comparator.comparingInt(cgroup -> cgroup.path().length()))
                .filter(top -> evidence.cgroups().directories().stream()
                        .anyMatch(cgroup ->
                                cgroup.path().equals("/") && cgroup.directory().equals(top.path())))
                .map(top -> ofType(top.programs(), type))
                .orElse(List.of());
    }

    /** Own programs of a cgroup that its effective list lacks: the two readings contradict each other. */
    public static List<Gap> contradictions(Evidence evidence) {
        List<Gap> gaps = new ArrayList<>();
        for (EffectivePrograms effective : evidence.cgroups().effective().values()) {
            String directory = evidence.cgroups()
                    .directory(effective.cgroupId())
                    .map(Cgroup::directory)
                    .orElse("");
            for (CgroupPrograms attached : evidence.cgroups().attached()) {
                for (AttachedProgram row : attached.programs()) {
                    boolean runs = effective.programs().stream()
                            .anyMatch(other ->
                                    other.programId() == row.programId() && other.attachType() == row.attachType());
                    if (attached.path().equals(directory) && !runs) {
                        gaps.add(new Gap(
                                Artifact.of(ArtifactKind.CGROUP_EFFECTIVE, effective.cgroupId()),
                                Text.of(
                                        "lacks program {} at {}, which {} lists as attached there",
                                        Term.program(row.programId()),
                                        Term.word(row.attachType().shortName()),
                                        Artifact.of(ArtifactKind.CGROUP_TREE).term())));
                    }
                }
            }
        }
        return List.copyOf(gaps);
    }

    private void addHook(
            List<Hook> hooks,
            String directory,
            OptionalLong inode,
            AttachType type,
            List<AttachedProgram> rows,
            boolean captured,
            Optional<String> remark) {
        if (!rows.isEmpty()) {
            List<HookProgram> programs =
                    rows.stream().map(row -> program(row, directory)).toList();
            hooks.add(new Hook(directory, inode, type, programs, List.of(), captured, remark, List.of()));
        }
    }

    private HookProgram program(AttachedProgram row, String directory) {
        Optional<Attachment> attachment = datapath.attachments().stream()
                .filter(candidate -> candidate.programId() == row.programId())
                .filter(candidate -> candidate.attachType() == row.attachType())
                .filter(candidate -> isSameOrBelow(directory, candidate.cgroup()))
                .findFirst();
        String name = evidence.bpf()
                .state()
                .programs()
                .find(row.programId())
                .map(BpfProgram::name)
                .orElse(row.name());
        boolean listed = evidence.bpf().state().programs().find(row.programId()).isPresent();
        return new HookProgram(row.programId(), name, attachment, listed, datapath.view(row.programId()), row.source());
    }

    private List<AttachedProgram> computed(String directory) {
        List<CgroupPrograms> upwards = evidence.cgroups().attached().stream()
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
                boolean multi = own.stream().allMatch(row -> row.flags().equals(MULTI));
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
        return evidence.cgroups().directories().stream()
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
                first.captured(),
                first.remark(),
                first.shownBy());
    }

    private static List<Hook> collapsed(List<Hook> hooks) {
        record Chain(AttachType type, List<Integer> programs, Optional<String> remark) {}
        Map<Chain, Hook> distinct = new LinkedHashMap<>();
        for (Hook hook : hooks) {
            distinct.merge(new Chain(hook.attachType(), hook.programIds(), hook.remark()), hook, Hooks::with);
        }
        return List.copyOf(distinct.values());
    }
}
