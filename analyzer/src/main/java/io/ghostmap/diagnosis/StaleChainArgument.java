package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.and;
import static io.ghostmap.diagnosis.Phrases.count;
import static io.ghostmap.diagnosis.Phrases.dispositions;
import static io.ghostmap.diagnosis.Phrases.few;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Generation;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Destination;
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

/** What speaks for and against the claim that the stale program of one chain misdirects connections, in words. */
final class StaleChainArgument {
    private static final int MAX_FRAMES = 6;
    private static final int MAX_SPREADS = 3;

    /** An address on the wire that only the old generation explains, with the replays that lead there. */
    private record Witness(CorrelatedDestination seen, List<Replay> replays) {
        Destination destination() {
            return seen.destination();
        }
    }

    private final Incident incident;
    private final StaleChain chain;
    private final HookProgram stale;
    private final List<Replay> affected;
    private final List<Witness> witnesses;
    private final boolean undecided;
    private final long allFrontends;

    StaleChainArgument(Incident incident, StaleChain chain) {
        this.incident = incident;
        this.chain = chain;
        this.stale = chain.stale();
        this.affected = chain.affected(incident);
        this.witnesses = witnesses();
        this.allFrontends = distinct(incident.replays().stream().filter(this::isOfTheLead));
        this.undecided = incident.replays().stream()
                .filter(replay -> chain.hooks().contains(replay.hook()))
                .anyMatch(Replay::isOutcomeOpen);
    }

    private List<Witness> witnesses() {
        Map<Disposition, List<Replay>> byEnd = new HashMap<>();
        affected.stream()
                .filter(replay -> incident.onTheWire().contains(replay))
                .forEach(replay -> replay.outcome()
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
                found.add(new Witness(seen, leading));
            }
        }
        found.sort(Comparator.comparing((Witness w) -> !isOfTheLead(w.replays().get(0)))
                .thenComparing(w -> w.destination().reply() == Reply.ANSWERED)
                .thenComparing(w -> w.destination().transmissions(), Comparator.reverseOrder())
                .thenComparing(w -> w.destination().endpoint()));
        return found;
    }

    private boolean isOfTheLead(Replay replay) {
        return replay.hook().equals(chain.lead());
    }

    /** An address that the current generation knows as well counts only with the old program's own note of it. */
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

    Finding finding(String id) {
        return new Finding(
                id,
                "SLB-01",
                severity(),
                confidence(),
                title(),
                summary(),
                explanation(),
                firstAffected(),
                supporting(),
                contradicting(),
                StaleChainRivals.of(
                        incident,
                        chain,
                        witnesses.stream().map(w -> w.destination().endpoint()).findFirst()),
                StaleProgramRemedy.of(incident, chain));
    }

    /** No more certain than the knowledge of which generation is current. */
    private Confidence confidence() {
        boolean signs = chain.staleMap(stale, incident.datapath())
                .flatMap(incident.datapath()::generation)
                .filter(generation -> generation.basis() == Generation.Basis.SIGNS)
                .isPresent();
        if (!signs || (witnesses.isEmpty() && undecided)) {
            return Confidence.POSSIBLE;
        }
        return !witnesses.isEmpty() && chain.lead().captured() ? Confidence.CERTAIN : Confidence.LIKELY;
    }

    private Severity severity() {
        if (!witnesses.isEmpty()) {
            return Severity.CRITICAL;
        }
        return affected.isEmpty() && !undecided ? Severity.INFO : Severity.WARNING;
    }

    private String title() {
        String order = chain.live()
                .map(live -> chain.staleRunsFirst()
                        ? ", which runs before program " + live.programId()
                        : ", which runs after program " + live.programId())
                .orElse("");
        String program = "program " + stale.programId() + order;
        if (!witnesses.isEmpty()) {
            Witness first = witnesses.get(0);
            return "Connections to " + few(frontends(first.replays())) + " are sent to "
                    + first.destination().endpoint() + ", "
                    + (first.seen().classification() == Classification.STALE_BACKEND_ONLY
                            ? "which only the stale " + mapsText() + " knows"
                            : "where only the stale " + mapsText() + " leads them")
                    + ", by "
                    + program;
        }
        String threat = affected.isEmpty()
                ? (undecided ? "it cannot be told which services it misdirects" : "no frontend is misdirected by it")
                : "it misdirects " + count(distinct(affected.stream()), "frontend");
        return "A stale generation of service maps (" + mapsText() + ") is still read by " + program + "; " + threat
                + (affected.isEmpty() ? "" : ", which the captured traffic does not confirm");
    }

    private String summary() {
        String seen = witnesses.isEmpty() ? unconfirmedText() : wireText();
        return firstAffected()
                .map(replay -> seen + " The current generation leads from " + replay.frontend() + " to "
                        + dispositions(replay.expected())
                        + (witnesses.isEmpty() ? ", the node to " + dispositions(replay.outcome()) : "") + ".")
                .orElse(seen);
    }

    private static long distinct(Stream<Replay> replays) {
        return replays.map(Replay::frontend).distinct().count();
    }

    private static List<String> frontends(List<Replay> replays) {
        return replays.stream()
                .map(replay -> replay.frontend().toString())
                .distinct()
                .toList();
    }

    private String mapsText() {
        return chain.staleMap(stale, incident.datapath())
                .map(map -> (chain.isPartial(stale, incident.datapath()) ? "backends map " : "map ") + map)
                .orElse("generation");
    }

    private List<String> explanation() {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add(chainText());
        if (chain.isPartial(stale, incident.datapath())) {
            paragraphs.add(partialText());
        }
        if (chain.isOfInet6Only()) {
            paragraphs.add(
                    "Only sockets of AF_INET6 pass this hook: IPv6 connections, and IPv4 ones by mapped addresses, as"
                            + " dual-stack programs (Java, Go) make them; those are looked up in the IPv4 maps. Programs with AF_INET"
                            + " sockets pass connect4, where no stale program runs: on one node a service works for some and not"
                            + " for others.");
        }
        refusedText().ifPresent(paragraphs::add);
        firstAffected().ifPresent(replay -> paragraphs.add(pathText(replay)));
        if (!witnesses.isEmpty()) {
            paragraphs.add(wireText());
            spreads().forEach(spread -> paragraphs.add(spread.text()));
            proof().ifPresent(proof -> paragraphs.add(proof.text(incident.datapath())));
        } else {
            paragraphs.add(unconfirmedText());
        }
        paragraphs.add("tcpdump never shows the service address, because connect() is rewritten before there is a"
                + " packet. " + listsText());
        paragraphs.add(whyCleaningFails());
        paragraphs.add(whyDisablingFails());
        paragraphs.add("A reboot helps because it ends every attachment; detaching the named programs does the same"
                + " without one.");
        return paragraphs;
    }

    private String partialText() {
        return "This is a partial regeneration (SLB-03): program " + stale.programId() + " reads the current services "
                + chain.servicesMap(stale).map(map -> "(map " + map + ")").orElse("")
                + " over old backends (" + mapsText()
                + "). The ids in today's slots mean other backends there: a connection"
                + " can reach a healthy backend of another service, which answers, or find no backend and be refused.";
    }

    private List<Replay> refused() {
        return affected.stream()
                .filter(replay -> replay.outcome().stream().anyMatch(Disposition.Refused.class::isInstance))
                .toList();
    }

    /** What is refused leaves no packet, so that a capture never speaks of it. */
    private Optional<String> refusedText() {
        List<Replay> refused = refused();
        return refused.isEmpty()
                ? Optional.empty()
                : Optional.of("Connects to " + count(frontends(refused).size(), "frontend") + " ("
                        + few(frontends(refused)) + ") are refused at the socket: "
                        + dispositions(refused.get(0).outcome().stream()
                                .filter(Disposition.Refused.class::isInstance)
                                .toList())
                        + ". No SYN leaves, so that no capture can show them; the application's own log does.");
    }

    private String chainText() {
        List<String> turns = chain.lead().programs().stream()
                .map(program -> "program " + program.programId() + " (" + program.name() + ", "
                        + chain.servicesMap(program)
                                .flatMap(incident.datapath()::generation)
                                .map(generation -> "services map " + generation.mapId()
                                        + (generation.isCurrent() ? ", current" : ", not current")
                                        + backendsText(program))
                                .orElse("not a load balancer's that is known, effect unknown")
                        + ")")
                .toList();
        return "At " + chain.lead().attachType().shortName() + " of " + chain.cgroup() + " the kernel runs "
                + count(turns.size(), "program") + " in this order: " + and(turns)
                + ". Each sees the address that the one before it wrote."
                + (chain.lead().captured()
                        ? ""
                        : " The order was computed from the attachments; the kernel's own list was not captured.");
    }

    /** Said only where it makes a difference: current services over backends that are not. */
    private String backendsText(HookProgram program) {
        return chain.isPartial(program, incident.datapath())
                ? chain.staleMap(program, incident.datapath())
                        .map(map -> ", over backends map " + map + ", not current")
                        .orElse("")
                : "";
    }

    /** Of the first services whose misdirected connections were seen. */
    private List<Spread> spreads() {
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
    private Optional<SocketProof> proof() {
        Set<Endpoint> witnessed = witnesses.stream()
                .map(witness -> witness.destination().endpoint())
                .collect(Collectors.toSet());
        return SocketProof.of(incident).stream()
                .filter(proof -> proof.isOf(stale.programId()))
                .filter(proof -> witnessed.contains(proof.socket().remote()))
                .findFirst();
    }

    private Optional<Replay> firstAffected() {
        return witnesses.stream()
                .flatMap(witness -> witness.replays().stream())
                .findFirst()
                .or(() -> affected.stream()
                        .filter(this::isOfTheLead)
                        .filter(StaleChainArgument::isKnownToTheCurrent)
                        .findFirst())
                .or(() -> affected.stream().findFirst());
    }

    /** Whether the current generation translates the frontend at all: the clearer example. */
    private static boolean isKnownToTheCurrent(Replay replay) {
        return !replay.expected()
                .contains(new Disposition.Connects(replay.frontend().endpoint()));
    }

    private String pathText(Replay replay) {
        List<String> turns = new ArrayList<>();
        for (Step step : incident.replayer().steps(replay)) {
            String map = step.servicesMap().map(id -> " in map " + id).orElse("");
            turns.add(
                    step.passes()
                            ? "program " + step.program().programId()
                                    + (step.entries().isEmpty()
                                            ? " finds no service" + map + " for " + few(step.before())
                                                    + " and lets it pass"
                                            : " lets " + few(step.before()) + " pass")
                            : "program " + step.program().programId() + " finds " + few(step.before()) + map
                                    + " and makes it " + dispositions(step.after()));
        }
        return "A connect to " + replay.frontend() + ": " + String.join("; ", turns)
                + ". The current generation alone would lead to " + dispositions(replay.expected()) + ".";
    }

    private String wireText() {
        List<String> seen = witnesses.stream()
                .limit(4)
                .map(witness -> count(witness.destination().attempts().size(), "attempt") + " ("
                        + count(witness.destination().transmissions(), "SYN") + " sent) to "
                        + witness.destination().endpoint() + ", "
                        + replyText(witness.destination().reply()))
                .toList();
        return "The capture shows " + String.join("; ", seen) + ". On this node "
                + distinct(affected.stream()) + " of " + count(allFrontends, "frontend")
                + " end elsewhere than the current generation says.";
    }

    private static String replyText(Reply reply) {
        return switch (reply) {
            case ANSWERED -> "answered";
            case REFUSED -> "refused with RST";
            case UNREACHABLE -> "answered with an ICMP error";
            case NONE -> "never answered";
            case UNKNOWN -> "with an outcome that the capture does not show";
        };
    }

    private String unconfirmedText() {
        if (!incident.traffic().captured()) {
            return "No packet capture is in the bundle, so that the traffic neither confirms nor contradicts this.";
        }
        if (incident.traffic().syns() == 0) {
            return "The capture holds no SYN, so that the traffic neither confirms nor contradicts this.";
        }
        return "None of the captured SYNs went to an address that only the stale generation leads to: the traffic does"
                + " not confirm this. It may be that no client asked for one of the affected services in the window"
                + (refused().isEmpty()
                        ? "."
                        : "; and of the " + count(refused().size(), "frontend") + " (" + few(frontends(refused()))
                                + ") whose connects are refused at the socket no capture can show anything.");
    }

    /** What the live tools said, if it was captured. */
    private String listsText() {
        Optional<ServiceClaim> claim = firstAffected().stream()
                .flatMap(replay -> claimsOf(replay).stream())
                .findFirst();
        return claim.map(listed -> "The live tools are right about the maps that they read, the pinned ones ("
                        + listed.source().file() + " names " + few(listed.backends()) + " for " + listed.frontend()
                        + "); " + readsOtherThanThePinned() + ".")
                .orElse("Live tools read the pinned maps, and " + readsOtherThanThePinned()
                        + "; what they said was not captured.");
    }

    private String readsOtherThanThePinned() {
        return chain.isPartial(stale, incident.datapath())
                ? "the old program reads the same services map, and looks up what its slots name in the old "
                        + mapsText() + " instead of the pinned one"
                : "the old program does not read those";
    }

    private Optional<BpfLink> staleLink() {
        return stale.attachment().flatMap(Attachment::link);
    }

    private String whyCleaningFails() {
        String holder = staleLink()
                .map(link -> link.pins().isEmpty()
                        ? "link " + link.id() + " holds the program, and no pin of that link was seen: a process, or a"
                                + " bpffs of another mount namespace, keeps it"
                        : "link " + link.id() + " holds the program, and " + few(link.pins()) + " keeps that link")
                .orElse("the cgroup itself holds the program, which was attached without a link, and no pin names it");
        return "Cleaning Cilium's BPF state does not help here: it removes the pins of the agent's own tree and detaches"
                + " what it finds by them (from 1.14 on; before, it left attached programs alone), and " + holder
                + ". The program in turn holds the old maps, so that they outlive the files in /sys/fs/bpf.";
    }

    private String whyDisablingFails() {
        String start =
                "Switching socket load balancing off does not help on such a node either: an agent (1.14 and later)"
                        + " first takes down the links that are pinned in its own place, and queries the hook for other programs"
                        + " only where there is no such pin";
        return staleLink().isPresent()
                ? start
                        + "; and a program that a link holds cannot be detached by that query at all. The old program stays,"
                        + " now alone."
                : start + ". The start that removes the pins leaves the old program in place, now alone, and every"
                        + " connect still passes through it.";
    }

    private List<Citation> supporting() {
        List<Citation> citations = new ArrayList<>();
        chain.lead().programs().forEach(program -> citations.add(program.source()));
        chain.lead().programs().stream()
                .flatMap(program -> program.view().stream())
                .forEach(view -> citations.add(view.program().source()));
        chain.staleMap(stale, incident.datapath())
                .flatMap(incident.datapath()::generation)
                .ifPresent(generation -> generation.reasons().forEach(reason -> citations.add(reason.source())));
        stale.attachment().flatMap(a -> a.link()).ifPresent(link -> citations.add(link.source()));
        firstAffected().ifPresent(replay -> {
            incident.replayer().steps(replay).forEach(step -> citations.addAll(step.entries()));
            claimsOf(replay).forEach(claim -> citations.add(claim.source()));
        });
        proof().ifPresent(proof -> citations.addAll(proof.citations()));
        for (Witness witness : witnesses) {
            frames(witness.destination()).forEach(citations::add);
            chain.translationsTo(witness.destination().endpoint(), incident).stream()
                    .limit(1)
                    .forEach(entry -> citations.add(entry.source()));
        }
        return citations.stream().distinct().toList();
    }

    private static List<Citation> frames(Destination destination) {
        return destination.attempts().stream()
                .flatMap(attempt -> attempt.frames().stream().map(frame -> frame.cite(synText(attempt))))
                .limit(MAX_FRAMES)
                .toList();
    }

    private static String synText(ConnectionAttempt attempt) {
        return attempt.client() + " > " + attempt.server() + " SYN";
    }

    private List<ServiceClaim> claimsOf(Replay replay) {
        return incident.evidence().agent().bpfServices().stream()
                .filter(claim -> claim.frontend().equals(replay.frontend().endpoint()))
                .toList();
    }

    private List<Citation> contradicting() {
        List<Citation> citations = new ArrayList<>();
        if (!chain.lead().captured()) {
            citations.add(new Citation(
                    Artifact.of(ArtifactKind.CGROUP_EFFECTIVES).name(),
                    "absent",
                    "the run order is computed, not the kernel's own"));
        }
        citations.addAll(incident.evidence().bpf().drift());
        firstAffected().ifPresent(replay -> answeredAsExpected(replay).forEach(citations::add));
        return citations;
    }

    /** Answered connections to where the current generation leads: other clients, or another cgroup. */
    private List<Citation> answeredAsExpected(Replay replay) {
        return replay.expected().stream()
                .filter(disposition -> !replay.outcome().contains(disposition))
                .flatMap(disposition -> incident.destinations().stream()
                        .filter(seen ->
                                new Disposition.Connects(seen.destination().endpoint()).equals(disposition)))
                .flatMap(seen -> seen.destination().attempts().stream())
                .filter(attempt -> attempt.reply() == Reply.ANSWERED)
                .flatMap(attempt -> attempt.frames().stream().limit(1).map(frame -> frame.cite(synText(attempt))))
                .limit(MAX_FRAMES)
                .toList();
    }
}
