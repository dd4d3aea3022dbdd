package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Objects that came or went between two readings, and links whose program was replaced. */
final class Drift {
    private Drift() {}

    static List<Citation> between(BpfState before, BpfState after) {
        List<String> changes = new ArrayList<>();
        compare("map", before.maps(), after.maps(), changes);
        compare("program", before.programs(), after.programs(), changes);
        compare("link", before.links(), after.links(), changes);
        if (after.links().captured()) {
            for (BpfLink link : before.links().all()) {
                after.links()
                        .find(link.id())
                        .filter(now -> now.programId() != link.programId())
                        .ifPresent(now -> changes.add("link " + link.id() + " was updated from program "
                                + link.programId() + " to " + now.programId()));
            }
        }
        String where = Artifact.of(ArtifactKind.LISTS_AFTER).name();
        String locator =
                "compared with " + Artifact.of(ArtifactKind.LISTS_BEFORE).name();
        return changes.stream()
                .map(change -> new Citation(where, locator, change))
                .toList();
    }

    private static void compare(String kind, Listing<?> before, Listing<?> after, List<String> changes) {
        if (!before.captured() || !after.captured()) {
            return;
        }
        Set<Integer> gone = new TreeSet<>(before.byId().keySet());
        gone.removeAll(after.byId().keySet());
        Set<Integer> come = new TreeSet<>(after.byId().keySet());
        come.removeAll(before.byId().keySet());
        gone.forEach(id -> changes.add(kind + " " + id + " went"));
        come.forEach(id -> changes.add(kind + " " + id + " came"));
    }
}
