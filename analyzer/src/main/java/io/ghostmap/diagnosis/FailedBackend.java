package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Replay;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A destination on the wire, as a backend of the current generation.
 *
 * @param replay a connect that the node rightly sends there, if one was replayed
 */
record FailedBackend(Incident incident, CorrelatedDestination seen, Optional<Replay> replay) {
    private static final int MAX_FRAMES = 6;

    /** What Kubernetes and the agent say of a backend that the maps have. */
    enum Standing {
        /** An endpoint slice and the agent's list have it: the maps are right. */
        CONFIRMED,
        /** The slices were captured, and none has it. */
        GONE,
        /** One of both was not captured, or no service of Kubernetes claims the frontend. */
        NOT_KNOWN
    }

    Destination destination() {
        return seen.destination();
    }

    Endpoint endpoint() {
        return destination().endpoint();
    }

    /** Whether the current generation lists it for a service, and an attempt to it failed. */
    boolean isListedAndFailed() {
        boolean current = seen.classification() == Classification.CURRENT_BACKEND_ONLY
                || seen.classification() == Classification.BACKEND_OF_SEVERAL;
        return current && !services().isEmpty() && failures() > 0;
    }

    /** The services for which the current generation lists it. */
    SortedSet<Frontend> services() {
        SortedSet<Frontend> frontends = new TreeSet<>();
        seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .forEach(appearance -> frontends.addAll(appearance.frontends()));
        return frontends;
    }

    Standing standing() {
        boolean gone = false;
        for (Frontend frontend : services()) {
            Optional<FrontendLayers> claimed =
                    incident.layers().of(frontend).filter(layers -> layers.wanted() instanceof Wanted.Claimed);
            boolean isGone =
                    claimed.filter(layers -> layers.gone().contains(endpoint())).isPresent();
            if (!isGone
                    && claimed.filter(layers -> layers.inAgent().contains(endpoint()))
                            .isPresent()) {
                return Standing.CONFIRMED;
            }
            gone |= isGone;
        }
        return gone ? Standing.GONE : Standing.NOT_KNOWN;
    }

    /** Whether Kubernetes and the agent list it as well, so that the maps are right. */
    boolean isConfirmed() {
        return standing() == Standing.CONFIRMED;
    }

    long failures() {
        return destination().attempts().stream().filter(FailedBackend::isFailed).count();
    }

    /** Whether no attempt was answered. */
    boolean isSteady() {
        return failures() == destination().attempts().size();
    }

    /** Whether connections to its only service have no other destination. */
    boolean isTheOnlyOne() {
        return services().size() == 1
                && replay.filter(connect -> connect.outcome().size() == 1).isPresent();
    }

    private static boolean isFailed(ConnectionAttempt attempt) {
        return switch (attempt.reply()) {
            case NONE, REFUSED, UNREACHABLE -> true;
            case ANSWERED, UNKNOWN -> false;
        };
    }

    /** The map entries that list it, and the first SYNs of attempts that failed. */
    List<Citation> failing() {
        List<Citation> citations = new ArrayList<>();
        seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .forEach(appearance -> citations.add(appearance.source()));
        destination().attempts().stream()
                .filter(FailedBackend::isFailed)
                .flatMap(Citations::syns)
                .limit(MAX_FRAMES)
                .forEach(citations::add);
        return citations;
    }

    /** The first answers. */
    List<Citation> answering() {
        return destination().attempts().stream()
                .filter(attempt -> attempt.reply() == Reply.ANSWERED)
                .flatMap(attempt ->
                        attempt.replyFrame().stream().map(frame -> frame.cite("SYN-ACK to " + attempt.client())))
                .limit(MAX_FRAMES)
                .toList();
    }
}
