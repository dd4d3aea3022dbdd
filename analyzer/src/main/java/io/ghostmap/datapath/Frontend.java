package io.ghostmap.datapath;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;

/**
 * The address, port and protocol that a client asks for.
 *
 * @param internalScope whether this is the entry of scope 1, which in-cluster clients use if both scopes exist
 */
public record Frontend(Endpoint endpoint, Protocol protocol, boolean internalScope) implements Comparable<Frontend> {
    public static Frontend external(Endpoint endpoint, Protocol protocol) {
        return new Frontend(endpoint, protocol, false);
    }

    @Override
    public int hashCode() {
        return endpoint.hashCode() * 31 + protocol.number() * 2 + (internalScope ? 1 : 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frontend that
                && internalScope == that.internalScope
                && protocol == that.protocol
                && endpoint.equals(that.endpoint);
    }

    @Override
    public int compareTo(Frontend other) {
        int byEndpoint = endpoint.compareTo(other.endpoint);
        if (byEndpoint != 0) {
            return byEndpoint;
        }
        int byProtocol = protocol.compareTo(other.protocol);
        return byProtocol != 0 ? byProtocol : Boolean.compare(internalScope, other.internalScope);
    }

    /** Such as {@code 172.17.93.4:8080/TCP}, with {@code /i} for the internal scope as cilium-dbg prints it. */
    @Override
    public String toString() {
        return endpoint + "/" + protocol + (internalScope ? "/i" : "");
    }
}
