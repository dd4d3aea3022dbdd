package io.ghostmap.evidence;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The cgroups and their programs.
 *
 * @param trees the files that list what is attached, one for each mount; without any of them this is not known
 * @param attached programs as attached, by cgroup
 * @param effective programs in run order, by cgroup id
 * @param directories the directories of all mounts
 */
public record CgroupEvidence(
        List<String> trees,
        List<CgroupPrograms> attached,
        SortedMap<Long, EffectivePrograms> effective,
        List<Cgroup> directories) {

    /** Whether it is known what is attached where: distinguishes "none" from "not asked". */
    public boolean treeCaptured() {
        return !trees.isEmpty();
    }

    /** The cgroup with that inode number, if its directory was listed. */
    public Optional<Cgroup> directory(long inode) {
        return directories.stream().filter(cgroup -> cgroup.inode() == inode).findFirst();
    }
}
