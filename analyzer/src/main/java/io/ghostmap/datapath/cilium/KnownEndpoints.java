package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.net.Endpoint;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/**
 * The addresses that matter to a services map. A program after the one that translates is asked for
 * backends, most of which it does not have: this shows it without following each release's look-ups.
 */
final class KnownEndpoints {
    private final Set<Endpoint> endpoints = new HashSet<>();

    /** Of surrogate entries, which hold for other addresses as well. */
    private final BitSet ports = new BitSet();

    KnownEndpoints(Set<Frontend> frontends) {
        for (Frontend frontend : frontends) {
            endpoints.add(frontend.endpoint());
            if (frontend.endpoint().address().isUnspecified()) {
                ports.set(frontend.endpoint().port());
            }
        }
    }

    boolean mayBeFound(Endpoint endpoint) {
        return ports.get(endpoint.port()) || endpoints.contains(endpoint);
    }
}
