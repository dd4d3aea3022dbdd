package io.ghostmap.datapath.program;

import io.ghostmap.net.Endpoint;

/**
 * An entry that a translating program wrote, as a reading program finds it: under the socket's cookie and the backend the
 * address that the first one saw, and the id of the service.
 *
 * @param outcome what the reading program makes of it
 */
public record Note(int mapId, int writtenBy, Endpoint backend, Endpoint asked, int serviceId, State outcome) {
    /** What becomes of a note that is found. */
    public enum State {
        /** The service is still there: the application gets the address that it asked for. */
        COUNTS,
        /** The program does not know that service, or under another id: it deletes the note and translates nothing. */
        FORGOTTEN,
        /** The evidence does not say which of both. */
        OPEN
    }
}
