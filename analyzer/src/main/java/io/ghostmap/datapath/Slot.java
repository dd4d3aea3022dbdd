package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapDump;

/**
 * One choice of a service. {@code index} counts from 1; {@code backendId} is an id of the backends map of the same
 * view, and of no other. Its flags are a copy of the frontend's from 1.18 on, and mean nothing here before.
 */
public record Slot(int index, long backendId, ServiceFlags flags, MapDump dump, int row) {
    public Citation source() {
        return dump.cite(row);
    }
}
