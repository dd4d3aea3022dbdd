package io.ghostmap.diagnosis.layers;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Service;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the current maps hold of a frontend. */
public sealed interface Held {
    /** No services map counts as current, or it was not dumped whole and lacks the frontend. */
    record NotCaptured() implements Held {}

    /** The current services map does not have it. */
    record Absent(int mapId) implements Held {}

    /**
     * It is there.
     *
     * @param backends of the slots that a new connection can choose, in order of slots
     * @param further those of the other slots: they are ending or quarantined
     * @param missing slots from 1 to the count without an entry, or whose backend the backends map lacks
     */
    record Known(int mapId, Service service, List<Backend> backends, List<Backend> further, int missing)
            implements Held {
        public Known {
            backends = List.copyOf(backends);
            further = List.copyOf(further);
        }

        public SortedSet<Endpoint> endpoints() {
            return backends.stream().map(Backend::endpoint).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
