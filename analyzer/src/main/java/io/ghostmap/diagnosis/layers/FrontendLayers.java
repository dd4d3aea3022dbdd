package io.ghostmap.diagnosis.layers;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.evidence.agent.AgentFrontend;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.net.Endpoint;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One frontend in the three layers. */
public record FrontendLayers(Frontend frontend, Wanted wanted, Believed believed, Held held) {

    /** Which layer is the first to differ from the one above it: its owner gets the ticket. */
    public enum Suspect {
        /** The agent does not believe what Kubernetes wants; the maps follow the agent. */
        AGENT,
        /** The maps do not hold what the agent believes. */
        MAPS,
        /** The maps differ from Kubernetes, and what the agent believes is not known. */
        AGENT_OR_MAPS
    }

    /** The name of the service, from Kubernetes or else from the agent. */
    public Optional<ServiceRef> service() {
        if (wanted instanceof Wanted.Claimed claimed) {
            return Optional.of(claimed.claim().service().ref());
        }
        return believed instanceof Believed.Known known ? known.frontend().service() : Optional.empty();
    }

    /** Whether its traffic policy keeps a client of this entry to backends of this node. */
    public boolean isLocalOnly() {
        return wanted instanceof Wanted.Claimed claimed && claimed.isLocalOnly(frontend.internalScope());
    }

    /** Where new connections should go, if Kubernetes is known: only on this node for a policy Local. */
    public SortedSet<Endpoint> usable() {
        if (wanted instanceof Wanted.Claimed claimed) {
            return isLocalOnly() ? claimed.usableHere() : claimed.usable();
        }
        return new TreeSet<>();
    }

    /** Where new connections go by the current maps; empty as well if that is not known. */
    public SortedSet<Endpoint> inMaps() {
        return held instanceof Held.Known known ? known.endpoints() : new TreeSet<>();
    }

    /** Where new connections go by the agent's list; empty as well if that is not known. */
    public SortedSet<Endpoint> inAgent() {
        return believed instanceof Believed.Known known
                ? known.frontend().active().stream()
                        .map(AgentFrontend.Backend::endpoint)
                        .collect(Collectors.toCollection(TreeSet::new))
                : new TreeSet<>();
    }

    /** Whether a new connection finds the frontend but no backend for it: it is refused, or lost. */
    public boolean isDeadEnd() {
        return held instanceof Held.Known known
                && known.service().count() == 0
                && !known.service().marks().isProxied();
    }

    /** Whether there are backends that a client of this node should reach by it, which the maps withhold. */
    public boolean withholds() {
        return isDeadEnd() && !usable().isEmpty();
    }

    /** Backends of the maps that no slice of the service names, whatever their state; empty if that is not known. */
    public SortedSet<Endpoint> gone() {
        SortedSet<Endpoint> gone = new TreeSet<>();
        if (wanted instanceof Wanted.Claimed claimed) {
            gone.addAll(inMaps());
            claimed.endpoints().stream().map(SliceEndpoint::endpoint).forEach(gone::remove);
        }
        return gone;
    }

    /** Which layer differs first, given that maps and Kubernetes differ. */
    public Suspect suspect() {
        if (believed instanceof Believed.NotCaptured) {
            return Suspect.AGENT_OR_MAPS;
        }
        if (believed instanceof Believed.Absent) {
            return held instanceof Held.Known ? Suspect.MAPS : Suspect.AGENT;
        }
        return inAgent().equals(inMaps()) ? Suspect.AGENT : Suspect.MAPS;
    }
}
