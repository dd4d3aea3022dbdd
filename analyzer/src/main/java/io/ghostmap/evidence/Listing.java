package io.ghostmap.evidence;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One of bpftool's lists, by id. An empty listing that was captured says "none"; one that was not says nothing.
 *
 * @param captured whether the bundle holds the list at all
 * @param whole whether every row of it could be read; an object that is absent from a list with damage may exist
 */
public record Listing<T>(boolean captured, boolean whole, SortedMap<Integer, T> byId) {
    public Listing {
        byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
    }

    /** This list, with the rows that only {@code later} has: an object seen in either reading existed. */
    Listing<T> completedBy(Listing<T> later) {
        SortedMap<Integer, T> all = new TreeMap<>(later.byId);
        all.putAll(byId);
        return new Listing<>(captured || later.captured, captured ? whole : later.whole, all);
    }

    public Optional<T> find(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** In the order of ids. */
    public Collection<T> all() {
        return byId.values();
    }
}
