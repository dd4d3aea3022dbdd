package io.ghostmap.report;

import io.ghostmap.datapath.EntryDiff;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.ServiceDiff;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Two maps of one role, in the form of {@code ghostmap diff --json}: services by what they lead to, then the entries as
 * they stand. Ids differ between generations without meaning, so that entries can all differ while no service does.
 *
 * @param services empty list where the maps hold no services, or where their backends are not known
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

    /** {@code before} and {@code after} are the value's fields; one is empty where the entry is in one map alone. */
    public record EntryChange(String change, String key, String before, String after) {}

    /** More rows than these only the JSON form has. */
    private static final int MAX_ENTRIES = 200;

    public static MapDiff of(MapContent first, MapContent second) {
        Optional<ServiceDiff> services = ServiceDiff.between(
                first.datapath(), first.map().id(), second.map().id());
        EntryDiff entries = EntryDiff.between(first.dump(), second.dump());
        return new MapDiff(
                first.map().id(),
                second.map().id(),
                first.role().map(String::valueOf).orElse(""),
                services.map(MapDiff::services).orElse(List.of()),
                services.map(ServiceDiff::same).orElse(0),
                entries(entries, first, second),
                entries.same());
    }

    public String json() {
        return JsonRenderer.text(this);
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
                    ServiceLines.words(marked.first()),
                    ServiceLines.words(marked.second())));
        }
        for (Service removed : diff.removed()) {
            changes.add(new ServiceChange(removed.frontend().toString(), "removed", "in it", ""));
        }
        for (Service added : diff.added()) {
            changes.add(new ServiceChange(added.frontend().toString(), "added", "", "in it"));
        }
        return List.copyOf(changes);
    }

    private static String addresses(Collection<Endpoint> endpoints) {
        return endpoints.isEmpty()
                ? "nothing"
                : endpoints.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static List<EntryChange> entries(EntryDiff diff, MapContent first, MapContent second) {
        List<EntryChange> changes = new ArrayList<>();
        for (EntryDiff.Change changed : diff.changed()) {
            changes.add(new EntryChange(
                    "changed",
                    half(first, changed.first(), true),
                    half(first, changed.first(), false),
                    half(second, changed.second(), false)));
        }
        for (MapEntry removed : diff.removed()) {
            changes.add(new EntryChange("removed", half(first, removed, true), half(first, removed, false), ""));
        }
        for (MapEntry added : diff.added()) {
            changes.add(new EntryChange("added", half(second, added, true), "", half(second, added, false)));
        }
        return List.copyOf(changes);
    }

    /** The fields of a key or a value, or its bytes where the layout is not known. */
    private static String half(MapContent content, MapEntry entry, boolean inKey) {
        String fields = content.fields(entry).stream()
                .filter(field -> field.inKey() == inKey)
                .map(NamedValue::text)
                .collect(Collectors.joining(" "));
        MapDumpJson.Entry raw = MapDumpJson.entry(content, entry);
        return fields.isEmpty() ? (inKey ? raw.rawKey() : raw.rawValue()) : fields;
    }

    /** For the terminal: services in full, of the entries the first ones. */
    public static String text(MapContent first, MapContent second) {
        MapDiff diff = of(first, second);
        StringBuilder out = new StringBuilder();
        TextTable.paragraph(out, "first:  " + first.title());
        TextTable.paragraph(out, "second: " + second.title());
        boolean compared = ServiceDiff.between(
                        first.datapath(), first.map().id(), second.map().id())
                .isPresent();
        if (compared) {
            out.append('\n');
            TextTable.paragraph(
                    out,
                    diff.sameServices + " services are the same; " + count(diff, "moved") + " lead elsewhere, "
                            + count(diff, "marked") + " have other flags, " + count(diff, "removed")
                            + " are in the first alone, " + count(diff, "added") + " in the second alone");
            diff.services.forEach(change -> service(out, change));
        } else if (!diff.role.startsWith("services/")) {
            entriesOf(out, diff);
            return out.toString();
        } else {
            TextTable.paragraph(
                    out, "services cannot be compared: no program is known that reads each of them with its backends");
        }
        out.append('\n');
        TextTable.paragraph(
                out,
                "entries as bytes: " + diff.sameEntries + " the same, "
                        + diff.entries.stream()
                                .collect(
                                        Collectors.groupingBy(EntryChange::change, TreeMap::new, Collectors.counting()))
                                .entrySet()
                                .stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", "))
                        + "; --json lists them");
        return out.toString();
    }

    private static long count(MapDiff diff, String change) {
        return diff.services.stream()
                .filter(service -> service.change().equals(change))
                .count();
    }

    private static void service(StringBuilder out, ServiceChange change) {
        switch (change.change()) {
            case "added" -> TextTable.paragraph(out, "+ " + change.frontend());
            case "removed" -> TextTable.paragraph(out, "- " + change.frontend());
            default -> {
                TextTable.paragraph(out, "~ " + change.frontend());
                TextTable.paragraph(out, "    - " + change.before());
                TextTable.paragraph(out, "    + " + change.after());
            }
        }
    }

    private static void entriesOf(StringBuilder out, MapDiff diff) {
        out.append('\n');
        TextTable.paragraph(out, diff.sameEntries + " entries are the same, " + diff.entries.size() + " differ");
        for (EntryChange change : diff.entries.stream().limit(MAX_ENTRIES).toList()) {
            String sign =
                    change.change().equals("added") ? "+ " : change.change().equals("removed") ? "- " : "~ ";
            TextTable.paragraph(out, sign + change.key());
            if (!change.before().isEmpty()) {
                TextTable.paragraph(out, "    - " + change.before());
            }
            if (!change.after().isEmpty()) {
                TextTable.paragraph(out, "    + " + change.after());
            }
        }
        if (diff.entries.size() > MAX_ENTRIES) {
            TextTable.paragraph(out, "and " + (diff.entries.size() - MAX_ENTRIES) + " more: --json has all of them");
        }
    }
}
