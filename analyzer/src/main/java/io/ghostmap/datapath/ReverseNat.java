package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;

/** The frontend of an id: the source that replies get, and what tools show for the id. */
public record ReverseNat(int revNatId, Endpoint frontend, MapEntry entry) {
    public Citation source() {
        return entry.cite();
    }
}
