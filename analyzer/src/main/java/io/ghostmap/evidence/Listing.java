package io.ghostmap.evidence;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One of bpftool's lists, by id. An empty list means "none" if it was captured; otherwise it means nothing.
 *
 * @param captured whether the bundle has the list
 * @param whole whether every row of it could be read; an object that a damaged list lacks may exist
 */
public record Listing<T>(boolean captured, boolean whole, SortedMap<Integer, T> byId) {
    public Listing {
        byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
    }

    /** This list, and the rows that only {@code later} has: an object in either reading existed. */
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
