package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapDump;

/**
 * One choice of a service. {@code index} counts from 1; {@code backendId} is an id of the backends map of the same
 * view, and of no other.
 */
public record Slot(int index, long backendId, MapDump dump, int row) {
    public Citation source() {
        return dump.cite(row);
    }
}
