package io.ghostmap.report;

import io.ghostmap.datapath.EntryDiff;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.ServiceDiff;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Two maps of one role, in the form of {@code ghostmap diff --json}: services by their backends, then the entries as
 * they are. Ids differ between generations without meaning, so that entries can all differ while no service does.
 *
 * @param services empty if they are not services maps, or if their backends are not known
 */
public record MapDiff(
        int first,
        int second,
        String role,
        List<ServiceChange> services,
        int sameServices,
        List<EntryChange> entries,
        int sameEntries) {

    /** {@code change}: added, removed, moved (other backends) or marked (other flags). */
    public record ServiceChange(String frontend, String change, String before, String after) {}

    /** {@code before} and {@code after} are the value's fields; one is empty if only one map has the entry. */
    public record EntryChange(String change, String key, String before, String after) {}

    public static String json(MapContent first, MapContent second) {
        Optional<ServiceDiff> services = ServiceDiff.between(
                first.datapath(), first.map().id(), second.map().id());
        EntryDiff entries = EntryDiff.between(first.dump(), second.dump());
        return JsonRenderer.text(new MapDiff(
                first.map().id(),
                second.map().id(),
                first.role().map(String::valueOf).orElse(""),
                services.map(MapDiff::services).orElse(List.of()),
                services.map(ServiceDiff::same).orElse(0),
                entries(entries, first, second),
                entries.same()));
    }

    private static List<ServiceChange> services(ServiceDiff diff) {
        List<ServiceChange> changes = new ArrayList<>();
        for (ServiceDiff.Change moved : diff.moved()) {
            changes.add(new ServiceChange(
                    moved.frontend().toString(), "moved", addresses(moved.before()), addresses(moved.after())));
        }
        for (ServiceDiff.Change marked : diff.marked()) {
            changes.add(new ServiceChange(
                    marked.frontend().toString(),
                    "marked",
                    marked.first().marks().words(),
                    marked.second().marks().words()));
        }
        for (Service removed : diff.removed()) {
            changes.add(new ServiceChange(removed.frontend().toString(), "removed", "in it", ""));
        }
        for (Service added : diff.added()) {
            changes.add(new ServiceChange(added.frontend().toString(), "added", "", "in it"));
        }
        return List.copyOf(changes);
    }

    static String addresses(Collection<Endpoint> endpoints) {
        return endpoints.isEmpty()
                ? "nothing"
                : endpoints.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static List<EntryChange> entries(EntryDiff diff, MapContent first, MapContent second) {
        List<EntryChange> changes = new ArrayList<>();
        for (EntryDiff.Change changed : diff.changed()) {
            changes.add(new EntryChange(
                    "changed",
                    first.key(changed.first()),
                    first.value(changed.first()),
                    second.value(changed.second())));
        }
        for (MapEntry removed : diff.removed()) {
            changes.add(new EntryChange("removed", first.key(removed), first.value(removed), ""));
        }
        for (MapEntry added : diff.added()) {
            changes.add(new EntryChange("added", second.key(added), "", second.value(added)));
        }
        return List.copyOf(changes);
    }
}
