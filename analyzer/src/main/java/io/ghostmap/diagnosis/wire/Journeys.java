package io.ghostmap.diagnosis.wire;

import io.ghostmap.evidence.Interfaces;
import io.ghostmap.net.Endpoint;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Direction;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.Rewrite;
import io.ghostmap.traffic.Traffic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The attempts that failed, each with its translated half if the node translated it. */
public final class Journeys {
    /** A capture of a broken node has a few hundred; further ones show nothing new. */
    private static final int MAX_JOURNEYS = 20_000;

    /** Two sightings of one SYN on two devices are microseconds apart; the rewrites of {@code traffic} allow as much. */
    private static final long SAME_SYN_NANOS = 5_000_000L;

    private record Identity(Endpoint client, Endpoint server, long nanos) {
        static Identity of(ConnectionAttempt attempt) {
            return new Identity(attempt.client(), attempt.server(), attempt.firstNanos());
        }
    }

    private final Interfaces interfaces;
    private final Map<Endpoint, Destination> destinations;
    private final Map<Endpoint, Map<Endpoint, List<ConnectionAttempt>>> byClient = new HashMap<>();
    private final List<Journey> failed = new ArrayList<>();

    private Journeys(Traffic traffic, Interfaces interfaces) {
        this.interfaces = interfaces;
        this.destinations =
                traffic.destinations().stream().collect(Collectors.toMap(Destination::endpoint, each -> each));
        Set<Identity> seen = new LinkedHashSet<>();
        for (Destination destination : traffic.destinations()) {
            if (isTroubled(destination)) {
                for (ConnectionAttempt attempt : destination.attempts()) {
                    if (failed.size() < MAX_JOURNEYS && isFailed(attempt)) {
                        Journey journey = journey(attempt);
                        if (journey.isFailed() && seen.add(Identity.of(journey.asked()))) {
                            failed.add(journey);
                        }
                    }
                }
            }
        }
    }

    public static Journeys of(Traffic traffic, Interfaces interfaces) {
        return new Journeys(traffic, interfaces);
    }

    /** In the order of destinations, then of time. */
    public List<Journey> failed() {
        return List.copyOf(failed);
    }

    /** Those whose client asked for that address. */
    public List<Journey> failedTo(Endpoint server) {
        return failed.stream()
                .filter(journey -> journey.server().equals(server))
                .toList();
    }

    /** Any attempt, whether it failed or not. */
    public Journey of(ConnectionAttempt attempt) {
        return journey(attempt);
    }

    /** How many attempts a client address made to that address, whether they failed or not. */
    public long attempts(Journey like) {
        return Optional.ofNullable(destinations.get(like.server()))
                .map(to -> to.attempts().stream()
                        .filter(attempt ->
                                attempt.client().address().equals(like.client().address()))
                        .count())
                .orElse(0L);
    }

    /** Whether the capture shows packets that leave through a device which is not a pod's. */
    public boolean showsLeaving() {
        return destinations.values().stream()
                .flatMap(to -> to.paths().stream())
                .anyMatch(passed -> passed.direction() == Direction.OUT && !interfaces.isOfPod(passed.device()));
    }

    /**
     * Whether the capture shows SYNs that leave through a pod's device. With BPF host routing they reach the pod without
     * passing it ({@code bpf_redirect_peer}), so that their absence there proves nothing.
     */
    public boolean showsDelivery() {
        return destinations.values().stream()
                .flatMap(to -> to.paths().stream())
                .anyMatch(passed -> passed.direction() == Direction.OUT && interfaces.isOfPod(passed.device()));
    }

    /** Whether the capture shows answers that leave through that device. */
    public boolean showsAnswersAt(String device) {
        return destinations.values().stream()
                .filter(to -> to.replies().containsKey(Reply.ANSWERED))
                .flatMap(to -> to.attempts().stream())
                .anyMatch(attempt -> attempt.replyPaths().stream()
                        .anyMatch(passed -> passed.direction() == Direction.OUT
                                && passed.device().equals(device)));
    }

    private static boolean isTroubled(Destination destination) {
        return destination.repeats() > 0
                || destination.replies().keySet().stream()
                        .anyMatch(reply -> reply != Reply.ANSWERED && reply != Reply.UNKNOWN);
    }

    static boolean isFailed(ConnectionAttempt attempt) {
        return switch (attempt.reply()) {
            case NONE, REFUSED, UNREACHABLE -> true;
            case ANSWERED -> attempt.repeats() > 0;
            case UNKNOWN -> false;
        };
    }

    /** The half that was seen first is what the client sent. */
    private Journey journey(ConnectionAttempt attempt) {
        Optional<ConnectionAttempt> other = attempt.rewrite().flatMap(rewrite -> half(rewrite, attempt.firstNanos()));
        boolean second =
                other.filter(half -> half.firstNanos() < attempt.firstNanos()).isPresent();
        return second
                ? new Journey(other.get(), Optional.of(attempt), interfaces)
                : new Journey(attempt, other, interfaces);
    }

    private Optional<ConnectionAttempt> half(Rewrite rewrite, long nanos) {
        Destination to = destinations.get(rewrite.server());
        if (to == null) {
            return Optional.empty();
        }
        return byClient
                .computeIfAbsent(
                        rewrite.server(),
                        server -> to.attempts().stream().collect(Collectors.groupingBy(ConnectionAttempt::client)))
                .getOrDefault(rewrite.client(), List.of())
                .stream()
                .filter(half -> Math.abs(half.firstNanos() - nanos) <= SAME_SYN_NANOS)
                .min(Comparator.comparingLong(half -> Math.abs(half.firstNanos() - nanos)));
    }
}
