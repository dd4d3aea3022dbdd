package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.AttachType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The programs that run at one hook for sockets of a cgroup, in run order.
 *
 * @param cgroup the directory on the node, the topmost one with this chain
 * @param alsoIn further cgroups below with the same chain
 * @param captured whether the order is the kernel's own ({@code effective}); otherwise it was computed from the attachments
 * @param remark what a reader of the order must know: how the two disagree, or what the bundle does not show
 * @param shownBy for a hook without programs, the lists that show this; a program has a source of its own
 */
public record Hook(
        String cgroup,
        OptionalLong cgroupId,
        AttachType attachType,
        List<HookProgram> programs,
        List<String> alsoIn,
        boolean captured,
        Optional<String> remark,
        List<Citation> shownBy) {

    private static final int UNRELATED = -1;

    /** A cgroup without a program of that type: the kernel leaves the address as it is. */
    public static Hook withoutPrograms(
            String cgroup, OptionalLong cgroupId, AttachType attachType, boolean captured, List<Citation> shownBy) {
        return new Hook(cgroup, cgroupId, attachType, List.of(), List.of(), captured, Optional.empty(), shownBy);
    }

    /** How near this hook's cgroup is to {@code directory}: 0 for the same, more for an ancestor; -1 for neither. */
    int distanceTo(String directory) {
        if (cgroup.equals(directory) || alsoIn.contains(directory)) {
            return 0;
        }
        return directory.startsWith(cgroup + "/") ? directory.length() - cgroup.length() : UNRELATED;
    }

    /** Compares only the place: 20,000 replays of a large node ask whether they are of the same hook. */
    @Override
    public int hashCode() {
        return cgroup.hashCode() * 31 + attachType.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof Hook that
                        && cgroup.equals(that.cgroup)
                        && cgroupId.equals(that.cgroupId)
                        && attachType == that.attachType
                        && programs.equals(that.programs)
                        && alsoIn.equals(that.alsoIn)
                        && captured == that.captured
                        && remark.equals(that.remark)
                        && shownBy.equals(that.shownBy));
    }

    public List<Integer> programIds() {
        return programs.stream().map(HookProgram::programId).toList();
    }
}
