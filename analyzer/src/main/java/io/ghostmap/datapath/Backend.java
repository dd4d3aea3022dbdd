package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;

/**
 * A destination of connections.
 *
 * @param id valid in its own map only
 * @param protocol IANA number; 0 in many entries up to 1.16; the socket programs never consult it
 * @param state 1.12 and later; the socket programs never consult it, because they go by the slots
 * @param clusterId 0 for this cluster
 * @param zone 0 if no zone is set, or before 1.16
 */
public record Backend(
        long id, Endpoint endpoint, int protocol, State state, int clusterId, int zone, MapDump dump, int row) {

    /** What the agent thinks of the backend. */
    public enum State {
        ACTIVE,
        TERMINATING,
        QUARANTINED,
        MAINTENANCE,
        /** A number that no release uses. */
        UNKNOWN
    }

    public Citation source() {
        return dump.cite(row);
    }
}
