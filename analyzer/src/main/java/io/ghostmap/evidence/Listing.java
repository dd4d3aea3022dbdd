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
 */
public record Listing<T>(boolean captured, SortedMap<Integer, T> byId) {
    public Listing {
        byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
    }

    static <T> Listing<T> notCaptured() {
        return new Listing<>(false, new TreeMap<>());
    }

    public Optional<T> find(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** In the order of ids. */
    public Collection<T> all() {
        return byId.values();
    }
}
