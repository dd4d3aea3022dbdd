package io.ghostmap.datapath;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.Comparator;

/**
 * The address, port and protocol that a client asks for.
 *
 * @param internalScope whether this is the entry of scope 1, which in-cluster clients use where both scopes exist
 */
public record Frontend(Endpoint endpoint, Protocol protocol, boolean internalScope) implements Comparable<Frontend> {
    private static final Comparator<Frontend> ORDER = Comparator.comparing(Frontend::endpoint)
            .thenComparing(Frontend::protocol)
            .thenComparing(Frontend::internalScope);

    public static Frontend external(Endpoint endpoint, Protocol protocol) {
        return new Frontend(endpoint, protocol, false);
    }

    @Override
    public int compareTo(Frontend other) {
        return ORDER.compare(this, other);
    }

    /** Such as {@code 172.17.93.4:8080/TCP}, with {@code /i} for the internal scope as cilium-dbg prints it. */
    @Override
    public String toString() {
        return endpoint + "/" + protocol + (internalScope ? "/i" : "");
    }
}
