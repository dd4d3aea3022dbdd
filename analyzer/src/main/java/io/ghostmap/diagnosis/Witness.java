package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Reply;
import java.util.List;
import java.util.Set;

/**
 * An address on the wire to which only a stale generation sends connections.
 *
 * @param replays the connects that it explains; at least one
 */
record Witness(Incident incident, CorrelatedDestination seen, List<Replay> replays) {
    private static final Set<Reply> SILENT = Set.of(Reply.NONE, Reply.UNREACHABLE);
    private static final Set<Reply> FAILED = Set.of(Reply.NONE, Reply.UNREACHABLE, Reply.REFUSED);

    /** What clients of the services experience. */
    enum Experience {
        /** Every attempt to each possible destination failed. */
        UNREACHABLE,
        /** Attempts to this destination failed; there are others. */
        PARTLY_UNREACHABLE,
        /** The wrong backend does not listen on that port. */
        REFUSED,
        /** The wrong backend answers. */
        WRONG_BACKEND,
        /** The capture does not show what came of the attempts. */
        MISDIRECTED
    }

    /** What is known of the address. */
    enum Target {
        /** It is in no endpoint slice of the cluster, and did not answer. */
        GONE,
        /** The current maps list it for other services. */
        OF_OTHERS,
        /** The current maps list it for no service. */
        UNLISTED
    }

    Destination destination() {
        return seen.destination();
    }

    Endpoint endpoint() {
        return destination().endpoint();
    }

    /** The services whose connections go there. */
    List<Frontend> services() {
        return Terms.frontendsIn(replays);
    }

    Experience experience() {
        Set<Reply> replies = destination().replies().keySet();
        if (replies.contains(Reply.ANSWERED)) {
            return Experience.WRONG_BACKEND;
        }
        if (replies.isEmpty() || replies.contains(Reply.UNKNOWN)) {
            return Experience.MISDIRECTED;
        }
        if (replies.equals(Set.of(Reply.REFUSED))) {
            return Experience.REFUSED;
        }
        boolean all =
                replays.stream().flatMap(replay -> replay.outcome().stream()).allMatch(this::isSeenToFail);
        return all ? Experience.UNREACHABLE : Experience.PARTLY_UNREACHABLE;
    }

    private boolean isSeenToFail(Disposition end) {
        if (end instanceof Disposition.Connects connects) {
            return incident.seen(connects.endpoint())
                    .map(other -> other.destination().replies().keySet())
                    .filter(replies -> !replies.isEmpty() && FAILED.containsAll(replies))
                    .isPresent();
        }
        return end instanceof Disposition.Refused;
    }

    Target target() {
        if (!currentServices().isEmpty()) {
            return Target.OF_OTHERS;
        }
        boolean inNoSlice = incident.layers()
                .isInAnySlice(endpoint().address())
                .filter(in -> !in)
                .isPresent();
        return inNoSlice && SILENT.containsAll(destination().replies().keySet()) ? Target.GONE : Target.UNLISTED;
    }

    /** Services for which the current maps list the address. */
    List<Frontend> currentServices() {
        return seen.appearances().stream()
                .filter(appearance -> appearance.as() == Appearance.Role.BACKEND)
                .filter(appearance -> appearance.generation().isCurrent())
                .flatMap(appearance -> appearance.frontends().stream())
                .distinct()
                .toList();
    }
}
