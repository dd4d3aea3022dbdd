package io.ghostmap.datapath;

import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.evidence.AttachedProgram;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.CgroupPrograms;
import io.ghostmap.evidence.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Joins the rows of the cgroup tree with the links. A row does not say how its program is attached; a link with the
 * same program, cgroup and hook does, and each link accounts for one row.
 */
final class Attachments {
    private Attachments() {}

    /** The collector lists so many cgroups at most (MAX_ROWS); with fewer, a cgroup that is not listed has no directory. */
    private static final int MAX_CGROUPS = 16_000;

    static List<Attachment> of(Evidence evidence) {
        List<BpfLink> unused = new ArrayList<>(evidence.bpf().state().links().all());
        List<Attachment> attachments = new ArrayList<>();
        for (CgroupPrograms cgroup : evidence.cgroups().attached()) {
            OptionalLong inode = inodeOf(cgroup.path(), evidence.cgroups().directories());
            for (AttachedProgram row : cgroup.programs()) {
                attachments.add(attachment(cgroup.path(), inode, row, unused, evidence));
            }
        }
        attachments.addAll(onDyingCgroups(unused, evidence));
        return List.copyOf(attachments);
    }

    private static Attachment attachment(
            String cgroup, OptionalLong inode, AttachedProgram row, List<BpfLink> unused, Evidence evidence) {
        Optional<BpfLink> link = take(unused, row, inode);
        Optional<BpfLink> doubtful = link.isPresent() ? Optional.empty() : sameHookElsewhere(unused, row, evidence);
        Via via = link.isPresent()
                ? Via.LINK
                : doubtful.isPresent()
                                || !evidence.bpf().state().links().captured()
                                || !evidence.bpf().state().links().whole()
                        ? Via.UNKNOWN
                        : Via.LEGACY;
        return new Attachment(
                cgroup, inode, row.attachType(), row.programId(), via, link.or(() -> doubtful), row.source());
    }

    private static Optional<BpfLink> take(List<BpfLink> unused, AttachedProgram row, OptionalLong inode) {
        Optional<BpfLink> found = unused.stream()
                .filter(link -> isFor(link, row))
                .filter(link -> inode.isEmpty() || link.cgroupId().equals(inode))
                .filter(link -> link.cgroupId().orElse(0) != 0)
                .findFirst();
        found.ifPresent(unused::remove);
        return found;
    }

    /** A link of the same program and hook whose cgroup is none that exists: it contradicts the row. */
    private static Optional<BpfLink> sameHookElsewhere(List<BpfLink> unused, AttachedProgram row, Evidence evidence) {
        return unused.stream()
                .filter(link -> isFor(link, row))
                .filter(link ->
                        evidence.cgroups().directory(link.cgroupId().orElse(0)).isEmpty())
                .findFirst();
    }

    private static boolean isFor(BpfLink link, AttachedProgram row) {
        return link.programId() == row.programId()
                && link.attachType().filter(row.attachType()::equals).isPresent();
    }

    /** Links to a cgroup without a directory: its program still runs for the sockets that were created there. */
    private static List<Attachment> onDyingCgroups(List<BpfLink> unused, Evidence evidence) {
        if (evidence.cgroups().directories().isEmpty()
                || evidence.cgroups().directories().size() >= MAX_CGROUPS) {
            return List.of();
        }
        return unused.stream()
                .filter(link -> link.attachType().isPresent() && link.cgroupId().orElse(0) != 0)
                .filter(link -> evidence.cgroups()
                        .directory(link.cgroupId().getAsLong())
                        .isEmpty())
                .map(link -> new Attachment(
                        "cgroup id " + link.cgroupId().getAsLong() + " (its directory is gone)",
                        link.cgroupId(),
                        link.attachType().orElseThrow(),
                        link.programId(),
                        Via.LINK,
                        Optional.of(link),
                        link.source()))
                .toList();
    }

    private static OptionalLong inodeOf(String directory, List<Cgroup> cgroups) {
        return cgroups.stream()
                .filter(cgroup -> cgroup.directory().equals(directory))
                .mapToLong(Cgroup::inode)
                .findFirst();
    }
}
