package io.ghostmap.datapath.cilium;

import io.ghostmap.evidence.MapEntry;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which backends are active backends of which services with session affinity. */
final class AffinityMatches {
    private final SortedMap<Pair, MapEntry> byPair;

    /** A backend of a service, both by id. */
    record Pair(int revNatId, long backendId) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byService = Integer.compare(revNatId, other.revNatId);
            return byService != 0 ? byService : Long.compare(backendId, other.backendId);
        }
    }

    AffinityMatches(SortedMap<Pair, MapEntry> byPair) {
        this.byPair = Collections.unmodifiableSortedMap(new TreeMap<>(byPair));
    }

    Optional<MapEntry> find(int revNatId, long backendId) {
        return Optional.ofNullable(byPair.get(new Pair(revNatId, backendId)));
    }
}
