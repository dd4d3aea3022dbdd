package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;

/** Which frontend an id stands for: what replies are made to look like, and what tools show. */
public record ReverseNat(int revNatId, Endpoint frontend, MapEntry entry) {
    public Citation source() {
        return entry.cite();
    }
}
