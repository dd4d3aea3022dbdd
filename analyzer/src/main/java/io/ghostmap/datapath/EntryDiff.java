package io.ghostmap.datapath;

import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compares two dumps of maps with the same sizes, entry by entry, in the order of the key's bytes.
 *
 * @param added entries that only the second has
 * @param removed entries that only the first has
 * @param changed entries with one key and two values
 */
public record EntryDiff(List<MapEntry> added, List<MapEntry> removed, List<Change> changed, int same) {
    /** One key in both. */
    public record Change(MapEntry first, MapEntry second) {}

    private static final Comparator<byte[]> BY_BYTES = Arrays::compareUnsigned;

    public static EntryDiff between(MapDump first, MapDump second) {
        SortedMap<byte[], MapEntry> before = inOrder(first);
        SortedMap<byte[], MapEntry> after = inOrder(second);
        List<MapEntry> added = new ArrayList<>();
        List<MapEntry> removed = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        int same = 0;
        for (Map.Entry<byte[], MapEntry> entry : before.entrySet()) {
            MapEntry other = after.get(entry.getKey());
            if (other == null) {
                removed.add(entry.getValue());
            } else if (!Arrays.equals(entry.getValue().value(), other.value())) {
                changed.add(new Change(entry.getValue(), other));
            } else {
                same++;
            }
        }
        after.forEach((key, entry) -> {
            if (!before.containsKey(key)) {
                added.add(entry);
            }
        });
        return new EntryDiff(List.copyOf(added), List.copyOf(removed), List.copyOf(changed), same);
    }

    /** The entries of a dump in the order of their keys; if the dump has a key twice, the later row. */
    public static SortedMap<byte[], MapEntry> inOrder(MapDump dump) {
        SortedMap<byte[], MapEntry> entries = new TreeMap<>(BY_BYTES);
        for (int row = 0; row < dump.count(); row++) {
            entries.put(dump.key(row), new MapEntry(dump, row));
        }
        return entries;
    }
}
