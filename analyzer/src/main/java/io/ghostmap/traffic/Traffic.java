package io.ghostmap.traffic;

import io.ghostmap.bundle.Gap;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.Optional;

/**
 * What the wire says.
 *
 * @param destinations in the order of most SYNs, then of address
 * @param untrackedSyns SYNs beyond the bound on distinct attempts: counted here and nowhere else
 */
public record Traffic(List<Capture> captures, List<Destination> destinations, long untrackedSyns, List<Gap> gaps) {
    public boolean captured() {
        return !captures.isEmpty();
    }

    /** SYN frames in all captures, copies included. */
    public long syns() {
        return destinations.stream().mapToLong(Destination::syns).sum() + untrackedSyns;
    }

    public Optional<Destination> find(Endpoint endpoint) {
        return destinations.stream()
                .filter(destination -> destination.endpoint().equals(endpoint))
                .findFirst();
    }
}
