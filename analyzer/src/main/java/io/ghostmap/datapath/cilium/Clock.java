package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.UptimeSpan;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * When the node's maps were read. What a map remembers for a time is judged as of then: the collector reads the uptime when
 * it begins, and dumps the maps after the capture, minutes later.
 *
 * @param began the uptime in seconds when the collector began
 * @param dumped when each map was read, by its id
 */
record Clock(OptionalLong began, SortedMap<Integer, UptimeSpan> dumped) {
    /** How long a run of the collector can take whose steps do not say when they ran. */
    private static final long MAX_RUN_SECONDS = 3_600;

    /** When that map was read; empty if nothing shows it. */
    Optional<UptimeSpan> whenRead(int mapId) {
        UptimeSpan known = dumped.get(mapId);
        if (known != null) {
            return Optional.of(known);
        }
        return began.isPresent()
                ? Optional.of(new UptimeSpan(began.getAsLong(), began.getAsLong() + MAX_RUN_SECONDS))
                : Optional.empty();
    }
}
