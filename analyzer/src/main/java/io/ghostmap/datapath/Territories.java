package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The cgroups whose hooks run programs that can read a map. */
final class Territories {
    private final Reach reach;
    private final AttachmentIndex attachments;
    private final Map<Integer, Territory> byMap = new HashMap<>();

    /** @param onDyingCgroup whether one of the cgroups has no directory any more, so that its place is not known */
    private record Territory(SortedSet<String> cgroups, boolean onDyingCgroup) {}

    Territories(Reach reach, AttachmentIndex attachments) {
        this.reach = reach;
        this.attachments = attachments;
    }

    /**
     * Present if both maps have programs at hooks, and no cgroup of the one is, contains or lies in one of the other. Two
     * load balancers side by side look like that, and so do leftover programs of an old one in a cgroup of its own.
     */
    Optional<Reason> apart(BpfMap map, BpfMap other) {
        Territory own = of(map);
        Territory others = of(other);
        boolean apart = !own.cgroups().isEmpty()
                && !others.cgroups().isEmpty()
                && !own.onDyingCgroup()
                && own.cgroups().stream().noneMatch(cgroup -> overlaps(cgroup, others.cgroups()));
        return apart
                ? Optional.of(new Reason.RunsApart(own.cgroups(), other.id(), others.cgroups(), map.source()))
                : Optional.empty();
    }

    private Territory of(BpfMap map) {
        return byMap.computeIfAbsent(map.id(), this::read);
    }

    private Territory read(int mapId) {
        SortedSet<String> cgroups = new TreeSet<>();
        boolean dying = false;
        List<Integer> users = reach.usersOf(mapId).stream().map(BpfProgram::id).toList();
        for (Attachment attachment : attachments.of(users)) {
            cgroups.add(attachment.cgroup());
            dying |= attachment.onDyingCgroup();
        }
        return new Territory(Collections.unmodifiableSortedSet(cgroups), dying);
    }

    /** Whether the cgroup or one above or below it is among the others. */
    private static boolean overlaps(String cgroup, SortedSet<String> others) {
        for (int end = cgroup.length(); end > 0; end = cgroup.lastIndexOf('/', end - 1)) {
            if (others.contains(cgroup.substring(0, end))) {
                return true;
            }
        }
        SortedSet<String> after = others.tailSet(cgroup + "/");
        return !after.isEmpty() && after.first().startsWith(cgroup + "/");
    }
}
