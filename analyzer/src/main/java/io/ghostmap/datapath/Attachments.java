package io.ghostmap.datapath;

import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.AttachedProgram;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.CgroupPrograms;
import io.ghostmap.evidence.Evidence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Joins the rows of the cgroup tree with the links. A row does not say how its program is attached; a link with the
 * same program, cgroup and hook does, and each link accounts for one row.
 */
final class Attachments {
    /** The collector lists so many cgroups at most (MAX_ROWS); with fewer, a cgroup that is not listed has no directory. */
    private static final int MAX_CGROUPS = 16_000;

    private final Evidence evidence;
    private final Map<String, Long> inodes = new HashMap<>();
    private final Set<Long> listedInodes = new HashSet<>();

    /** Links that no row has accounted for yet, in the order of their ids. */
    private final Map<Hooked, List<BpfLink>> unused = new LinkedHashMap<>();

    /** What a row and its link have in common, apart from the cgroup. */
    private record Hooked(int program, AttachType hook) {}

    private Attachments(Evidence evidence) {
        this.evidence = evidence;
        for (Cgroup cgroup : evidence.cgroups().directories()) {
            inodes.putIfAbsent(cgroup.directory(), cgroup.inode());
            listedInodes.add(cgroup.inode());
        }
        for (BpfLink link : evidence.bpf().state().links().all()) {
            link.attachType()
                    .ifPresent(type -> unused.computeIfAbsent(
                                    new Hooked(link.programId(), type), hooked -> new ArrayList<>())
                            .add(link));
        }
    }

    /** In the order of the tree; links on cgroups without a directory come last. */
    static List<Attachment> of(Evidence evidence) {
        Attachments attachments = new Attachments(evidence);
        List<Attachment> all = new ArrayList<>();
        for (CgroupPrograms cgroup : evidence.cgroups().attached()) {
            for (AttachedProgram row : cgroup.programs()) {
                all.add(attachments.attachment(cgroup.path(), row));
            }
        }
        all.addAll(attachments.onDyingCgroups());
        return List.copyOf(all);
    }

    private Attachment attachment(String cgroup, AttachedProgram row) {
        OptionalLong inode = inodes.containsKey(cgroup) ? OptionalLong.of(inodes.get(cgroup)) : OptionalLong.empty();
        List<BpfLink> links = unused.getOrDefault(new Hooked(row.programId(), row.attachType()), List.of());
        Optional<BpfLink> link = take(links, inode);
        Optional<BpfLink> doubtful = link.isPresent() ? Optional.empty() : onUnlistedCgroup(links);
        boolean linksKnown = evidence.bpf().state().links().captured()
                && evidence.bpf().state().links().whole();
        Via via = link.isPresent() ? Via.LINK : doubtful.isPresent() || !linksKnown ? Via.UNKNOWN : Via.LEGACY;
        return new Attachment(
                cgroup, inode, row.attachType(), row.programId(), via, link.or(() -> doubtful), false, row.source());
    }

    private static Optional<BpfLink> take(List<BpfLink> links, OptionalLong inode) {
        Optional<BpfLink> found = links.stream()
                .filter(link -> inode.isEmpty() || link.cgroupId().equals(inode))
                .filter(link -> link.cgroupId().orElse(0) != 0)
                .findFirst();
        found.ifPresent(links::remove);
        return found;
    }

    /** A link of the same program and hook whose cgroup is not one that exists: it contradicts the row. */
    private Optional<BpfLink> onUnlistedCgroup(List<BpfLink> links) {
        return links.stream()
                .filter(link -> !listedInodes.contains(link.cgroupId().orElse(0)))
                .findFirst();
    }

    /** Links to a cgroup without a directory: its program still runs for the sockets that were created there. */
    private List<Attachment> onDyingCgroups() {
        if (evidence.cgroups().directories().isEmpty()
                || evidence.cgroups().directories().size() >= MAX_CGROUPS) {
            return List.of();
        }
        return unused.values().stream()
                .flatMap(Collection::stream)
                .filter(link -> link.cgroupId().orElse(0) != 0)
                .filter(link -> !listedInodes.contains(link.cgroupId().getAsLong()))
                .sorted(Comparator.comparingInt(BpfLink::id))
                .map(link -> new Attachment(
                        "cgroup id " + link.cgroupId().getAsLong() + " (its directory no longer exists)",
                        link.cgroupId(),
                        link.attachType().orElseThrow(),
                        link.programId(),
                        Via.LINK,
                        Optional.of(link),
                        true,
                        link.source()))
                .toList();
    }
}
