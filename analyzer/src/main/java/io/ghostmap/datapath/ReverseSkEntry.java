package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;

/**
 * An entry that a translating program wrote when it rewrote a socket's destination: the socket (by cookie), the new
 * destination, and the one that the application asked for. It proves which program's maps were used.
 */
public record ReverseSkEntry(long cookie, Endpoint backend, Endpoint frontend, int revNatId, MapEntry entry) {
    public Citation source() {
        return entry.cite();
    }
}
