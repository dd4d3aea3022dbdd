package io.ghostmap.datapath;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable decoded map: look-ups go by hash or by number, iteration is in order. A tree of 120,000 entries would take
 * most of the time of a replay of every service, which asks it a million times.
 */
public final class OrderedTable<K extends Comparable<? super K>, V> extends AbstractMap<K, V>
        implements SortedMap<K, V> {
    private final Index<V> index;
    private final List<K> keys;
    private final List<V> values;

    private OrderedTable(Index<V> index, List<K> keys, List<V> values) {
        this.index = index;
        this.keys = keys;
        this.values = values;
    }

    /** Finds a value by its key. */
    @FunctionalInterface
    private interface Index<V> {
        @Nullable V find(@Nullable Object key);
    }

    /** In the natural order of the keys; {@code map} is kept and must not change afterwards. */
    public static <K extends Comparable<? super K>, V> OrderedTable<K, V> of(Map<K, V> map) {
        List<K> keys = new ArrayList<>(map.keySet());
        Collections.sort(keys);
        List<V> values = new ArrayList<>(keys.size());
        for (K key : keys) {
            values.add(map.get(key));
        }
        return new OrderedTable<>(map::get, Collections.unmodifiableList(keys), Collections.unmodifiableList(values));
    }

    /**
     * A table by numbers of 32 bits: {@code ids[i]} is the number of {@code values.get(i)}; of two values with the same number
     * the later one counts. The numbers are not boxed, because a large node has hundreds of thousands of them.
     */
    public static <V> OrderedTable<Long, V> byId(long[] ids, List<V> values) {
        long[] order = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            order[i] = ids[i] << (Integer.SIZE - 1) | i;
        }
        Arrays.sort(order);
        long[] sorted = new long[ids.length];
        List<V> inOrder = new ArrayList<>(ids.length);
        for (long place : order) {
            int from = (int) place & Integer.MAX_VALUE;
            int last = inOrder.size() - 1;
            if (last >= 0 && sorted[last] == ids[from]) {
                inOrder.set(last, values.get(from));
            } else {
                sorted[last + 1] = ids[from];
                inOrder.add(values.get(from));
            }
        }
        Numbers numbers = new Numbers(Arrays.copyOf(sorted, inOrder.size()));
        return new OrderedTable<>(
                key -> {
                    int place = numbers.placeOf(key);
                    return place < 0 ? null : inOrder.get(place);
                },
                numbers,
                Collections.unmodifiableList(inOrder));
    }

    /** Ascending numbers, not boxed. */
    private static final class Numbers extends AbstractList<Long> {
        private final long[] numbers;

        Numbers(long[] numbers) {
            this.numbers = numbers;
        }

        @Override
        public Long get(int index) {
            return numbers[index];
        }

        @Override
        public int size() {
            return numbers.length;
        }

        /** Negative if the number is absent. */
        int placeOf(@Nullable Object number) {
            if (!(number instanceof Long wanted) || numbers.length == 0) {
                return -1;
            }
            long guess = wanted - numbers[0]; // mostly there are no gaps
            return guess >= 0 && guess < numbers.length && numbers[(int) guess] == wanted
                    ? (int) guess
                    : Arrays.binarySearch(numbers, wanted);
        }
    }

    /** The keys that any of the maps has, in order. Each map is ordered already, so that sorting only merges them. */
    public static <K extends Comparable<? super K>> List<K> keysOf(Collection<? extends SortedMap<K, ?>> maps) {
        List<K> all = new ArrayList<>();
        IdentityHashMap<SortedMap<K, ?>, Boolean> taken = new IdentityHashMap<>();
        for (SortedMap<K, ?> map : maps) {
            if (taken.put(map, true) == null) {
                all.addAll(map.keySet());
            }
        }
        Collections.sort(all); // a merge of runs
        List<K> distinct = new ArrayList<>(all.size());
        for (K key : all) {
            if (distinct.isEmpty() || !distinct.get(distinct.size() - 1).equals(key)) {
                distinct.add(key);
            }
        }
        return Collections.unmodifiableList(distinct);
    }

    @Override
    public @Nullable V get(@Nullable Object key) {
        return index.find(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return index.find(key) != null;
    }

    @Override
    public int size() {
        return keys.size();
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<K, V>> iterator() {
                return new Entries();
            }

            @Override
            public int size() {
                return keys.size();
            }
        };
    }

    @Override
    public Set<K> keySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<K> iterator() {
                return keys.iterator();
            }

            @Override
            public int size() {
                return keys.size();
            }
        };
    }

    @Override
    public Collection<V> values() {
        return values;
    }

    private final class Entries implements Iterator<Map.Entry<K, V>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < keys.size();
        }

        @Override
        public Map.Entry<K, V> next() {
            if (!hasNext()) {
                throw new NoSuchElementException("after the last entry");
            }
            Map.Entry<K, V> entry = Map.entry(keys.get(next), values.get(next));
            next++;
            return entry;
        }
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        for (int i = 0; i < keys.size(); i++) {
            action.accept(keys.get(i), values.get(i));
        }
    }

    @Override
    public @Nullable Comparator<? super K> comparator() {
        return null;
    }

    @Override
    public SortedMap<K, V> subMap(K from, K to) {
        return new TreeMap<>(this).subMap(from, to);
    }

    @Override
    public SortedMap<K, V> headMap(K to) {
        return new TreeMap<>(this).headMap(to);
    }

    @Override
    public SortedMap<K, V> tailMap(K from) {
        return new TreeMap<>(this).tailMap(from);
    }

    @Override
    public K firstKey() {
        return keyAt(0);
    }

    @Override
    public K lastKey() {
        return keyAt(keys.size() - 1);
    }

    private K keyAt(int index) {
        if (keys.isEmpty()) {
            throw new NoSuchElementException("an empty table");
        }
        return keys.get(index);
    }
}
