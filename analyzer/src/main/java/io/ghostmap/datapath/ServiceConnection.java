package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;

/**
 * An entry of conntrack by which the programs at devices send a client's packets to the backend that its connection began
 * with. They do not choose again while it exists, even if the client uses the same port for another connection.
 *
 * @param backendId valid in the backends maps of the programs that wrote it
 */
public record ServiceConnection(
        Endpoint client, Endpoint frontend, Protocol protocol, long backendId, int revNatId, Citation source) {

    /** Whose packets go by it. */
    public record Tuple(Endpoint client, Endpoint frontend, Protocol protocol) {}

    public Tuple tuple() {
        return new Tuple(client, frontend, protocol);
    }
}
