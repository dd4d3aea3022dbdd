package io.ghostmap.datapath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever way it is made, a table is what a tree of the same entries is. */
final class OrderedTableTest {
    @Test
    void numberedTableIsATreeInWhichTheLaterEntryCounts() {
        long seed = 20_261_127;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 500; i++) {
            int count = random.nextInt(60);
            boolean wide = random.nextBoolean();
            long[] ids = new long[count];
            List<String> values = new ArrayList<>();
            TreeMap<Long, String> tree = new TreeMap<>();
            for (int row = 0; row < count; row++) {
                ids[row] = wide ? random.nextLong(1L << 32) : 0xffff_ffe0L + random.nextInt(32);
                values.add("row " + row);
                tree.put(ids[row], "row " + row);
            }
            OrderedTable<Long, String> table = OrderedTable.byId(ids, values);

            isThatTree(table, tree, "seed " + seed + ", case " + i);
            assertThat(table.get(0x7fff_ffffL)).isEqualTo(tree.get(0x7fff_ffffL));
        }
    }

    @Test
    void hashedTableIsATree() {
        SplittableRandom random = new SplittableRandom(27);
        for (int i = 0; i < 500; i++) {
            Map<Integer, String> map = new HashMap<>();
            for (int row = random.nextInt(60); row > 0; row--) {
                map.put(random.nextInt(), "row " + row);
            }
            isThatTree(OrderedTable.of(map), new TreeMap<>(map), "case " + i);
        }
    }

    private static <K extends Comparable<K>> void isThatTree(
            OrderedTable<K, String> table, SortedMap<K, String> tree, String which) {
        assertThat(table).as(which).isEqualTo(tree);
        assertThat(new ArrayList<>(table.entrySet())).as(which).isEqualTo(new ArrayList<>(tree.entrySet()));
        assertThat(new ArrayList<>(table.keySet())).as(which).isEqualTo(new ArrayList<>(tree.keySet()));
        assertThat(new ArrayList<>(table.values())).as(which).isEqualTo(new ArrayList<>(tree.values()));
        tree.forEach((key, value) -> {
            assertThat(table.get(key)).as(which).isEqualTo(value);
            assertThat(table.containsKey(key)).as(which).isTrue();
            assertThat(table.headMap(key)).as(which).isEqualTo(tree.headMap(key));
            assertThat(table.tailMap(key)).as(which).isEqualTo(tree.tailMap(key));
        });
        if (tree.isEmpty()) {
            assertThatThrownBy(table::firstKey).isInstanceOf(NoSuchElementException.class);
        } else {
            assertThat(table.firstKey()).as(which).isEqualTo(tree.firstKey());
            assertThat(table.lastKey()).as(which).isEqualTo(tree.lastKey());
        }
    }
}
