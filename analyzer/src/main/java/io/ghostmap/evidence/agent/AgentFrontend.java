package io.ghostmap.evidence.agent;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.List;
import java.util.Optional;

/**
 * A frontend in the agent's list ({@code Service} of {@code api/v1/models}).
 *
 * @param id {@code spec.id}, the service id that the map's entries carry; 0 if the agent does not program this frontend
 *     into the datapath (from 1.19 on its list has such frontends as well)
 * @param internalScope {@code scope} "internal", an entry only for clients in the cluster
 * @param service empty if the agent does not list one
 * @param realized whether the backends that the agent has written are those that it wants
 */
public record AgentFrontend(
        Endpoint endpoint,
        Protocol protocol,
        boolean internalScope,
        long id,
        Type type,
        Optional<ServiceRef> service,
        List<Backend> backends,
        boolean realized,
        Citation source) {

    public AgentFrontend {
        backends = List.copyOf(backends);
    }

    /** {@code flags.type}. */
    public enum Type {
        CLUSTER_IP,
        NODE_PORT,
        HOST_PORT,
        EXTERNAL_IPS,
        LOAD_BALANCER,
        LOCAL_REDIRECT,
        /** No word, or one that no known release prints. */
        OTHER
    }

    /**
     * Where the agent sends connections.
     *
     * @param node empty if the agent does not list it
     */
    public record Backend(Endpoint endpoint, State state, String node) {}

    /** {@code state} of a backend. */
    public enum State {
        ACTIVE,
        TERMINATING,
        QUARANTINED,
        MAINTENANCE,
        /** A word that no known release prints. */
        OTHER
    }

    /** Whether the agent puts it into the maps. */
    public boolean isInDatapath() {
        return id != 0;
    }

    /** The backends to which new connections go. */
    public List<Backend> active() {
        return backends.stream()
                .filter(backend -> backend.state == State.ACTIVE)
                .toList();
    }
}
