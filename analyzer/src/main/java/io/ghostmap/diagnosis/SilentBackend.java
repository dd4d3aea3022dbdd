package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * SLB-28: the load balancer did as it should, and the backend does not answer. Needed so that a report can say that the
 * node's maps are not to blame.
 *
 * <p>Guards: only destinations that are backends of the current generation; silence counts only where the capture can
 * show it; a backend that answered other attempts is named as unsteady, not dead.
 */
final class SilentBackend implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-28",
            CatalogEntry.Kind.NODE,
            Text.of("the maps are right, and the backend that they lead to does not answer"),
            Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.WARNING,
            Severity.WARNING);

    private static final int MAX_FRAMES = 6;

    /** Backends that have a finding of their own. */
    private static final int MAX_SINGLE = 20;

    /** Of those that have none, how many are cited. */
    private static final int MAX_CITED = 3;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        if (DuplicateDevicePrograms.isPresent(incident)) {
            return List.of(); // packets can be lost on this node, so that silence says nothing of a backend
        }
        Set<Disposition> seenEnds = Incident.ends(incident.destinations());
        Set<Disposition> mistaken = new HashSet<>();
        Map<Disposition, Replay> rightly = new HashMap<>();
        for (Replay replay : incident.onTheWire()) {
            for (Outcome outcome : replay.outcomes()) {
                if (!seenEnds.contains(outcome.disposition())) {
                    continue;
                }
                if (!replay.affected()) {
                    rightly.putIfAbsent(outcome.disposition(), replay);
                } else if (!incident.separate().contains(replay.hook())) {
                    mistaken.add(outcome.disposition());
                }
            }
        }
        Set<Endpoint> lost = LostOnNode.of(incident).journeys().stream()
                .map(Journey::destination)
                .collect(Collectors.toSet());
        // Where a stale program sends connections to the same address, the node is not acquitted.
        List<CorrelatedDestination> silent = incident.destinations().stream()
                .filter(seen -> isListedAndSilent(seen) && !mistaken.contains(endAt(seen)))
                .filter(seen -> !lost.contains(seen.destination().endpoint())) // it never got the SYNs
                .filter(seen -> standing(incident, seen) != Standing.GONE) // SLB-13 and SLB-14 speak of those
                .toList();
        List<Finding.Draft> findings = new ArrayList<>();
        for (CorrelatedDestination seen : silent.subList(0, Math.min(silent.size(), MAX_SINGLE))) {
            findings.add(finding(incident, seen, Optional.ofNullable(rightly.get(endAt(seen)))));
        }
        if (silent.size() > MAX_SINGLE) {
            findings.add(rest(incident, silent.subList(MAX_SINGLE, silent.size())));
        }
        return findings;
    }

    private static Disposition endAt(CorrelatedDestination seen) {
        return new Disposition.Connects(seen.destination().endpoint());
    }

    /** So many at once have one cause, and a report with a finding for each is read by nobody. */
    private static Finding.Draft rest(Incident incident, List<CorrelatedDestination> silent) {
        List<Endpoint> backends =
                silent.stream().map(seen -> seen.destination().endpoint()).toList();
        long failed =
                silent.stream().mapToLong(seen -> failed(seen.destination())).sum();
        Text summary = Text.of(
                "{} to {} failed as well; the JSON form of this report has each of them.",
                Text.count(failed, "attempt", "attempts"),
                Text.few(Terms.endpoints(backends)));
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(backends.stream().map(Subject.Backend::new).toList())
                .title(Text.of(
                        "{} failed attempts, which the node's maps lead to",
                        Text.count(silent.size(), "more backend", "more backends")))
                .summary(summary)
                .explanation(List.of(
                        summary,
                        Text.of(
                                "So many backends at once hardly fail one by one: look for what they share, such as a node,"
                                        + " the path to it, a policy, or a capture that does not see the answers.")))
                .supporting(silent.stream()
                        .limit(MAX_CITED)
                        .flatMap(seen -> supporting(seen).stream())
                        .toList())
                .rivals(List.of(otherWay(incident, silent.get(0).destination())))
                .remedy(List.of(check(silent.get(0).destination())));
    }

    private static SortedSet<Frontend> currentFrontends(CorrelatedDestination seen) {
        SortedSet<Frontend> frontends = new TreeSet<>();
        seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .forEach(appearance -> frontends.addAll(appearance.frontends()));
        return frontends;
    }

    /** What Kubernetes and the agent say of a backend that the maps have. */
    private enum Standing {
        /** Slices and agent name it: the maps are right. */
        CONFIRMED,
        /** The slices are there and do not name it. */
        GONE,
        /** One of both was not captured, or no service of Kubernetes claims the frontend. */
        NOT_KNOWN
    }

    private static Standing standing(Incident incident, CorrelatedDestination seen) {
        Endpoint backend = seen.destination().endpoint();
        boolean gone = false;
        for (Frontend frontend : currentFrontends(seen)) {
            Optional<FrontendLayers> layers = incident.layers().of(frontend);
            boolean claimed = layers.filter(each -> each.wanted() instanceof Wanted.Claimed)
                    .isPresent();
            boolean isGone = claimed && layers.get().gone().contains(backend);
            if (claimed && !isGone && layers.get().inAgent().contains(backend)) {
                return Standing.CONFIRMED;
            }
            gone |= isGone;
        }
        return gone ? Standing.GONE : Standing.NOT_KNOWN;
    }

    private static boolean isListedAndSilent(CorrelatedDestination seen) {
        boolean current = seen.classification() == Classification.CURRENT_BACKEND_ONLY
                || seen.classification() == Classification.BACKEND_OF_SEVERAL;
        boolean listed = seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .anyMatch(appearance -> !appearance.frontends().isEmpty());
        return current && listed && failed(seen.destination()) > 0;
    }

    private static long failed(Destination destination) {
        return destination.attempts().stream().filter(SilentBackend::isFailed).count();
    }

    private static boolean isFailed(ConnectionAttempt attempt) {
        return switch (attempt.reply()) {
            case NONE, REFUSED, UNREACHABLE -> true;
            case ANSWERED, UNKNOWN -> false;
        };
    }

    private static Finding.Draft finding(Incident incident, CorrelatedDestination seen, Optional<Replay> replay) {
        Destination destination = seen.destination();
        long failed = failed(destination);
        int attempts = destination.attempts().size();
        boolean steady = failed == attempts;
        Term backend = Term.endpoint(destination.endpoint());
        SortedSet<Frontend> frontends = currentFrontends(seen);
        boolean confirmed = standing(incident, seen) == Standing.CONFIRMED;
        Text what = Text.of(
                "The current generation lists {} as a backend, and the captured SYNs went there: {} of {} failed. The load"
                        + " balancer did what its maps say.",
                backend,
                Text.count(failed, "attempt", "attempts"),
                Term.number(attempts));
        return Finding.draft(ENTRY, Severity.WARNING, confidence(confirmed, steady))
                .about(new Subject.Backend(destination.endpoint()))
                .about(frontends.stream().map(Subject.Frontend::new).toList())
                .about(destination.clients().stream().map(Subject.Client::new).toList())
                .title(Text.of(
                        "Backend {} of {} {}, and {}",
                        backend,
                        Text.few(Terms.frontends(frontends)),
                        steady
                                ? what(destination.reply())
                                : Text.of("failed {} of {} attempts", Term.number(failed), Term.number(attempts)),
                        confirmed
                                ? Text.of("the node's maps lead to it rightly")
                                : Text.of("it is not known whether Kubernetes and the agent still want it")))
                .summary(what)
                .explanation(List.of(
                        what,
                        confirmed
                                ? Text.of("The agent's own list and an endpoint slice of the service name it as well.")
                                : Text.of(
                                        "Before the pod is blamed: services and endpoint slices, and the agent's own list, would"
                                                + " show whether the maps are right to have it. Not all of them are in this bundle."),
                        Text.of(
                                "Look at the pod and its node rather than at Cilium on this one: is the pod running, does"
                                        + " it listen on port {}, does the path between the nodes carry the packets, does a"
                                        + " policy drop them there?",
                                Term.number(destination.endpoint().port()))))
                .example(replay)
                .supporting(supporting(seen))
                .contradicting(answered(destination))
                .rivals(List.of(otherWay(incident, destination)))
                .remedy(List.of(check(destination)));
    }

    private static Confidence confidence(boolean confirmed, boolean steady) {
        if (!confirmed) {
            return Confidence.POSSIBLE;
        }
        return steady ? Confidence.CERTAIN : Confidence.LIKELY;
    }

    private static Rival otherWay(Incident incident, Destination destination) {
        Text captures = Text.count(incident.traffic().captures().size(), "capture", "captures");
        return new Rival(
                Rival.Kind.ANSWER_NOT_CAPTURED,
                Rival.Stance.OPEN,
                Text.of("The answer came back another way than through the captured interfaces"),
                destination.paths().isEmpty()
                        ? captures.then(", interfaces not named")
                        : captures.then(
                                ", interfaces {}",
                                Text.join(
                                        ", ",
                                        destination.paths().stream()
                                                .map(Terms::waypoint)
                                                .toList())),
                Text.of("a capture on all interfaces of the node and of the backend's node at the same time"));
    }

    private static Text what(Reply reply) {
        return switch (reply) {
            case REFUSED -> Text.of("refuses connections");
            case UNREACHABLE -> Text.of("is reported unreachable");
            case NONE, ANSWERED, UNKNOWN -> Text.of("does not answer");
        };
    }

    private static RemedyStep check(Destination destination) {
        return RemedyStep.reading(
                        Text.of("See whether the backend is alive"),
                        Text.of("kubectl reaches the cluster."),
                        List.of(new Action.FindPod(destination.endpoint().address()), Action.Look.ENDPOINT_SLICES))
                .check(Text.of(
                        "The pod is listed, ready, and listens on port {}.",
                        Term.number(destination.endpoint().port())));
    }

    private static List<Citation> supporting(CorrelatedDestination seen) {
        List<Citation> citations = new ArrayList<>();
        seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .forEach(appearance -> citations.add(appearance.source()));
        seen.destination().attempts().stream()
                .filter(SilentBackend::isFailed)
                .flatMap(Citations::syns)
                .limit(MAX_FRAMES)
                .forEach(citations::add);
        return citations;
    }

    private static List<Citation> answered(Destination destination) {
        return destination.attempts().stream()
                .filter(attempt -> attempt.reply() == Reply.ANSWERED)
                .flatMap(attempt ->
                        attempt.replyFrame().stream().map(frame -> frame.cite("SYN-ACK to " + attempt.client())))
                .limit(MAX_FRAMES)
                .toList();
    }
}
