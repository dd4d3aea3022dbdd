package io.ghostmap.datapath;

import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Compares two services maps, service by service, each with the backends of a program that reads it. Ids are never
 * compared, because each generation has its own.
 *
 * @param added frontends that only the second map has
 * @param removed frontends that only the first map has
 * @param moved frontends whose slots have other backends
 * @param marked frontends with the same backends and different marks
 * @param same how many are alike
 */
public record ServiceDiff(
        List<Service> added, List<Service> removed, List<Change> moved, List<Change> marked, int same) {

    /** One frontend in both. */
    public record Change(Service first, Service second, SortedSet<Endpoint> before, SortedSet<Endpoint> after) {
        public Frontend frontend() {
            return first.frontend();
        }
    }

    /** Empty if a map was not dumped, or if no program that reads it is known. */
    public static Optional<ServiceDiff> between(Datapath datapath, int firstMap, int secondMap) {
        Optional<View> first = datapath.readerOf(firstMap);
        Optional<View> second = datapath.readerOf(secondMap);
        return first.flatMap(one -> second.flatMap(other -> one.servicesIn(firstMap)
                .flatMap(before -> other.servicesIn(secondMap).map(after -> between(one, before, other, after)))));
    }

    private static ServiceDiff between(
            View one, SortedMap<Frontend, Service> before, View other, SortedMap<Frontend, Service> after) {
        List<Service> added = new ArrayList<>();
        List<Service> removed = new ArrayList<>();
        List<Change> moved = new ArrayList<>();
        List<Change> marked = new ArrayList<>();
        int same = 0;
        for (Frontend frontend : OrderedTable.keysOf(List.of(before, after))) {
            Service first = before.get(frontend);
            Service second = after.get(frontend);
            if (first == null && second != null) {
                added.add(second);
            } else if (first != null && second == null) {
                removed.add(first);
            } else if (first != null && second != null) {
                boolean marksDiffer = !first.marks().equals(second.marks());
                if (!marksDiffer && one.leadsAs(first, other, second)) {
                    same++;
                    continue;
                }
                Change change = new Change(first, second, one.backendsOf(first), other.backendsOf(second));
                if (!change.before().equals(change.after())) {
                    moved.add(change);
                } else if (marksDiffer) {
                    marked.add(change);
                } else {
                    same++;
                }
            }
        }
        return new ServiceDiff(List.copyOf(added), List.copyOf(removed), List.copyOf(moved), List.copyOf(marked), same);
    }

    /** Frontends in either. */
    public int all() {
        return added.size() + removed.size() + moved.size() + marked.size() + same;
    }
}
