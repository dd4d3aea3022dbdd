package io.ghostmap.datapath;

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

    static List<Attachment> of(Evidence evidence) {
        List<BpfLink> unused = new ArrayList<>(evidence.state().links().all());
        boolean linksKnown = evidence.state().links().captured();
        List<Attachment> attachments = new ArrayList<>();
        for (CgroupPrograms cgroup : evidence.tree()) {
            OptionalLong inode = inodeOf(cgroup.path(), evidence.cgroups());
            for (AttachedProgram row : cgroup.programs()) {
                Optional<BpfLink> link = take(unused, row, inode);
                attachments.add(new Attachment(
                        cgroup.path(),
                        inode,
                        row.attachType(),
                        row.programId(),
                        link.isPresent()
                                ? Attachment.Via.LINK
                                : linksKnown ? Attachment.Via.LEGACY : Attachment.Via.UNKNOWN,
                        link,
                        row.source()));
            }
        }
        return List.copyOf(attachments);
    }

    private static Optional<BpfLink> take(List<BpfLink> unused, AttachedProgram row, OptionalLong inode) {
        Optional<BpfLink> found = unused.stream()
                .filter(link -> link.programId() == row.programId())
                .filter(link ->
                        link.attachType().filter(row.attachType()::equals).isPresent())
                .filter(link -> inode.isEmpty() || link.cgroupId().equals(inode))
                .filter(link -> link.cgroupId().orElse(0) != 0)
                .findFirst();
        found.ifPresent(unused::remove);
        return found;
    }

    private static OptionalLong inodeOf(String directory, List<Cgroup> cgroups) {
        return cgroups.stream()
                .filter(cgroup -> cgroup.directory().equals(directory))
                .mapToLong(Cgroup::inode)
                .findFirst();
    }
}
