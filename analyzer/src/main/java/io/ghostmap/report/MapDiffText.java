package io.ghostmap.report;

import io.ghostmap.datapath.EntryDiff;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.ServiceDiff;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What {@code ghostmap diff} prints: services in full for services maps, otherwise the first of the entries. */
public final class MapDiffText {
    /** Only the JSON form has more entries than these. */
    private static final int MAX_ENTRIES = 200;

    private final MapContent first;
    private final MapContent second;
    private final EntryDiff entries;
    private final StringBuilder out = new StringBuilder();

    private MapDiffText(MapContent first, MapContent second) {
        this.first = first;
        this.second = second;
        this.entries = EntryDiff.between(first.dump(), second.dump());
    }

    public static String render(MapContent first, MapContent second) {
        MapDiffText text = new MapDiffText(first, second);
        text.line("first:  " + first.title());
        text.line("second: " + second.title());
        Optional<ServiceDiff> services = ServiceDiff.between(
                first.datapath(), first.map().id(), second.map().id());
        if (services.isPresent()) {
            text.out.append('\n');
            text.services(services.get());
            text.countEntries();
        } else if (first.role().filter(MapRole::isServices).isPresent()) {
            text.line(
                    "services cannot be compared: for one of the maps no program is known that reads it with its backends");
            text.countEntries();
        } else {
            text.out.append('\n');
            text.entries();
        }
        return text.out.toString();
    }

    private void services(ServiceDiff diff) {
        line(diff.same() + " services are the same; " + diff.moved().size() + " go to other backends, "
                + diff.marked().size() + " have other flags, " + diff.removed().size()
                + " are only in the first, " + diff.added().size() + " only in the second");
        diff.moved()
                .forEach(change ->
                        change(change, MapDiff.addresses(change.before()), MapDiff.addresses(change.after())));
        diff.marked()
                .forEach(change -> change(
                        change,
                        change.first().marks().words(),
                        change.second().marks().words()));
        diff.removed().forEach(service -> line("- " + service.frontend()));
        diff.added().forEach(service -> line("+ " + service.frontend()));
    }

    private void change(ServiceDiff.Change change, String before, String after) {
        line("~ " + change.frontend());
        line("    - " + before);
        line("    + " + after);
    }

    /** Ids always differ between generations, so differences in the bytes are only counted. */
    private void countEntries() {
        List<String> counts = new ArrayList<>();
        count(counts, entries.added().size(), "added");
        count(counts, entries.changed().size(), "changed");
        count(counts, entries.removed().size(), "removed");
        out.append('\n');
        line("entries as bytes: " + entries.same() + " the same, " + String.join(", ", counts) + "; --json lists them");
    }

    private static void count(List<String> counts, int number, String what) {
        if (number > 0) {
            counts.add(number + " " + what);
        }
    }

    /** A key with its value in each map that has it. */
    private record Row(String sign, String key, Optional<String> before, Optional<String> after) {}

    private void entries() {
        int all = entries.changed().size()
                + entries.removed().size()
                + entries.added().size();
        line(entries.same() + " entries are the same, " + all + " differ");
        Stream.of(
                        entries.changed().stream()
                                .map(change -> new Row(
                                        "~ ",
                                        first.key(change.first()),
                                        Optional.of(first.value(change.first())),
                                        Optional.of(second.value(change.second())))),
                        entries.removed().stream()
                                .map(entry -> new Row(
                                        "- ", first.key(entry), Optional.of(first.value(entry)), Optional.empty())),
                        entries.added().stream()
                                .map(entry -> new Row(
                                        "+ ", second.key(entry), Optional.empty(), Optional.of(second.value(entry)))))
                .flatMap(Function.identity())
                .limit(MAX_ENTRIES)
                .forEach(this::row);
        if (all > MAX_ENTRIES) {
            line("and " + (all - MAX_ENTRIES) + " more: --json has all of them");
        }
    }

    private void row(Row row) {
        line(row.sign + row.key);
        row.before.ifPresent(value -> line("    - " + value));
        row.after.ifPresent(value -> line("    + " + value));
    }

    private void line(String text) {
        TextTable.paragraph(out, text);
    }
}
