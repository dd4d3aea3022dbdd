package io.ghostmap.datapath;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
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
 * A decoded map that cannot change: found by hash, walked in order. A tree of 120,000 entries, asked a million times by a
 * replay of every service, is most of the time of such a replay.
 */
public final class OrderedTable<K extends Comparable<? super K>, V> extends AbstractMap<K, V>
        implements SortedMap<K, V> {
    private final Map<K, V> byKey;
    private final List<K> keys;
    private final List<V> values;

    private OrderedTable(Map<K, V> byKey, List<K> keys, List<V> values) {
        this.byKey = byKey;
        this.keys = keys;
        this.values = values;
    }

    /** In the natural order of the keys; {@code map} is kept and must not change any more. */
    public static <K extends Comparable<? super K>, V> OrderedTable<K, V> of(Map<K, V> map) {
        List<Map.Entry<K, V>> sorted = new ArrayList<>(map.entrySet());
        sorted.sort(Map.Entry.comparingByKey());
        List<K> keys = new ArrayList<>(sorted.size());
        List<V> values = new ArrayList<>(sorted.size());
        for (Map.Entry<K, V> entry : sorted) {
            keys.add(entry.getKey());
            values.add(entry.getValue());
        }
        return new OrderedTable<>(map, Collections.unmodifiableList(keys), Collections.unmodifiableList(values));
    }

    /** The keys that any of the maps has, in order: those of the maps, which are ordered already, one behind another. */
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
        return byKey.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return byKey.containsKey(key);
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
                throw new NoSuchElementException("behind the last entry");
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
        return new TreeMap<>(byKey).subMap(from, to);
    }

    @Override
    public SortedMap<K, V> headMap(K to) {
        return new TreeMap<>(byKey).headMap(to);
    }

    @Override
    public SortedMap<K, V> tailMap(K from) {
        return new TreeMap<>(byKey).tailMap(from);
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
