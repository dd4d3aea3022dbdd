package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ObjectKind;
import io.ghostmap.evidence.Pin;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is known of the claim that the stale program of one chain misdirects connections. Holds no words. */
final class StaleChainFacts {
    private static final int MAX_SPREADS = 3;

    /** What the captured traffic says of the claim. */
    enum Traffic {
        CONFIRMS,
        NOT_CAPTURED,
        WITHOUT_SYN,
        /** There are SYNs, but none to an address to which only the stale program sends connections. */
        DOES_NOT_CONFIRM
    }

    private final Incident incident;
    private final StaleChain chain;
    private final List<Replay> affected;
    private final List<Witness> witnesses;
    private final boolean undecided;

    StaleChainFacts(Incident incident, StaleChain chain) {
        this.incident = incident;
        this.chain = chain;
        this.affected = chain.affected(incident);
        this.witnesses = findWitnesses();
        this.undecided = incident.replays().stream()
                .filter(replay -> chain.hooks().contains(replay.hook()))
                .anyMatch(Replay::isOutcomeOpen);
    }

    private List<Witness> findWitnesses() {
        Map<Disposition, List<Replay>> byEnd = new HashMap<>();
        affected.stream()
                .filter(replay -> incident.onTheWire().contains(replay))
                .forEach(replay -> replay.outcome().stream()
                        .filter(end -> !replay.expected().contains(end)) // right under either generation: no harm
                        .forEach(end -> byEnd.computeIfAbsent(end, e -> new ArrayList<>(1))
                                .add(replay)));
        List<Witness> found = new ArrayList<>();
        for (CorrelatedDestination seen : incident.destinations()) {
            Disposition disposition =
                    new Disposition.Connects(seen.destination().endpoint());
            List<Replay> leading = byEnd.getOrDefault(disposition, List.of()).stream()
                    .sorted(Comparator.comparing(replay -> !isOfTheLead(replay))) // stable
                    .toList();
            if (!leading.isEmpty() && pointsToTheStale(seen, leading)) {
                found.add(new Witness(incident, seen, leading));
            }
        }
        found.sort(Comparator.comparing((Witness w) -> !isOfTheLead(w.replays().get(0)))
                .thenComparing(w -> w.destination().reply() == Reply.ANSWERED)
                .thenComparing(w -> w.destination().transmissions(), Comparator.reverseOrder())
                .thenComparing(Witness::endpoint));
        return found;
    }

    private boolean isOfTheLead(Replay replay) {
        return replay.hook().equals(chain.lead());
    }

    /** An address that the current generation has as well counts only if the old program has noted the socket. */
    private boolean pointsToTheStale(CorrelatedDestination seen, List<Replay> leading) {
        return switch (seen.classification()) {
            case STALE_BACKEND_ONLY -> true;
            case BACKEND_OF_SEVERAL ->
                chain.translationsTo(seen.destination().endpoint(), incident).stream()
                        .anyMatch(entry -> leading.stream()
                                .anyMatch(replay -> replay.frontend().endpoint().equals(entry.frontend())));
            default -> false;
        };
    }

    Incident incident() {
        return incident;
    }

    StaleChain chain() {
        return chain;
    }

    HookProgram stale() {
        return chain.stale();
    }

    /** Replays that the chain misdirects. */
    List<Replay> affected() {
        return affected;
    }

    /** The one that shows the claim best comes first. */
    List<Witness> witnesses() {
        return witnesses;
    }

    /** Whether for some connect the evidence does not say where it goes. */
    boolean undecided() {
        return undecided;
    }

    /** No more certain than the knowledge of which generation is current. */
    Confidence confidence() {
        boolean signs = staleMap()
                .flatMap(incident.datapath()::generation)
                .filter(generation -> generation.basis() == Generation.Basis.SIGNS)
                .isPresent();
        if (!signs || (witnesses.isEmpty() && undecided)) {
            return Confidence.POSSIBLE;
        }
        return !witnesses.isEmpty() && chain.lead().captured() ? Confidence.CERTAIN : Confidence.LIKELY;
    }

    Severity severity() {
        if (!witnesses.isEmpty()) {
            return Severity.CRITICAL;
        }
        return isHarmless() ? Severity.INFO : Severity.WARNING;
    }

    /** Whether the stale program misdirects no connection. */
    boolean isHarmless() {
        return affected.isEmpty() && !undecided;
    }

    Traffic traffic() {
        if (!witnesses.isEmpty()) {
            return Traffic.CONFIRMS;
        }
        if (!incident.traffic().captured()) {
            return Traffic.NOT_CAPTURED;
        }
        return incident.traffic().syns() == 0 ? Traffic.WITHOUT_SYN : Traffic.DOES_NOT_CONFIRM;
    }

    Optional<Integer> staleMap() {
        return chain.staleMap(stale(), incident.datapath());
    }

    /** Whether the stale program reads current services over backends that are not. */
    boolean isPartial() {
        return chain.isPartial(stale(), incident.datapath());
    }

    /** The services that the chain misdirects. */
    List<Frontend> misdirected() {
        return Terms.frontendsIn(affected);
    }

    /** Affected replays that can end at the socket. */
    List<Replay> refused() {
        return affected.stream()
                .filter(replay -> replay.outcome().stream().anyMatch(Disposition.Refused.class::isInstance))
                .toList();
    }

    /** How many services the lead hook has, in any generation. */
    long allFrontends() {
        return incident.replays().stream()
                .filter(this::isOfTheLead)
                .map(Replay::frontend)
                .distinct()
                .count();
    }

    /** Of the first services whose misdirected connections were seen. */
    List<Spread> spreads() {
        return witnesses.stream()
                .flatMap(witness -> witness.replays().stream())
                .map(Replay::frontend)
                .distinct()
                .map(frontend -> Spread.of(incident, frontend))
                .filter(spread -> spread.attempts() > 0)
                .limit(MAX_SPREADS)
                .toList();
    }

    /** A socket on its way to one of the witnessed addresses that the stale program noted itself. */
    Optional<SocketProof> proof() {
        Set<Endpoint> witnessed = witnesses.stream().map(Witness::endpoint).collect(Collectors.toSet());
        return SocketProof.of(incident).stream()
                .filter(proof -> proof.isOf(stale().programId()))
                .filter(proof -> witnessed.contains(proof.socket().remote()))
                .findFirst();
    }

    /** The connect that shows the claim best. */
    Optional<Replay> example() {
        return witnesses.stream()
                .flatMap(witness -> witness.replays().stream())
                .findFirst()
                .or(() -> affected.stream()
                        .filter(this::isOfTheLead)
                        .filter(StaleChainFacts::isKnownToTheCurrent)
                        .findFirst())
                .or(() -> affected.stream().findFirst());
    }

    /** Whether the current generation translates the frontend at all: the clearer example. */
    private static boolean isKnownToTheCurrent(Replay replay) {
        return !replay.expected()
                .contains(new Disposition.Connects(replay.frontend().endpoint()));
    }

    /** The link that keeps the stale program attached, if it was not attached without one. */
    Optional<BpfLink> holdingLink() {
        return stale().attachment().flatMap(Attachment::link);
    }

    /** Pins of the stale program itself, which keep it loaded whatever it is attached to. */
    List<String> programPins() {
        int program = stale().programId();
        Stream<String> listed = incident.evidence().bpf().state().programs().find(program).stream()
                .flatMap(loaded -> loaded.pins().stream());
        Stream<String> walked = incident.evidence().bpf().pins().stream()
                .filter(pin -> pin.kind() == ObjectKind.PROG && pin.id() == program)
                .map(Pin::path);
        return Stream.concat(listed, walked).distinct().sorted().toList();
    }

    /** What the tool that reads the pinned maps says of that frontend. */
    List<ServiceClaim> claimsOf(Replay replay) {
        return incident.evidence().agent().bpfServices().stream()
                .filter(claim -> claim.frontend().equals(replay.frontend().endpoint()))
                .toList();
    }
}
