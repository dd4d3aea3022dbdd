package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.count;
import static io.ghostmap.diagnosis.Phrases.few;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.Replay;
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

/**
 * SLB-28: the load balancer did as it should, and the backend does not answer. Needed so that a report can say that the
 * node's maps are not to blame.
 *
 * <p>Guards: only destinations that are backends of the current generation; silence counts only where the capture can
 * show it; a backend that answered other attempts is named as unsteady, not dead.
 */
final class SilentBackend implements Rule {
    private static final int MAX_FRAMES = 6;

    /** Backends that have a finding of their own. */
    private static final int MAX_SINGLE = 20;

    /** Of those that have none, how many are cited. */
    private static final int MAX_CITED = 3;

    @Override
    public String id() {
        return "SLB-28";
    }

    @Override
    public Set<Requirement> requires() {
        return Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS, Requirement.PACKETS);
    }

    @Override
    public List<Finding> findings(Incident incident) {
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
        // Where a stale program sends connections to the same address, the node is not acquitted.
        List<CorrelatedDestination> silent = incident.destinations().stream()
                .filter(seen -> isListedAndSilent(seen) && !mistaken.contains(endAt(seen)))
                .toList();
        List<Finding> findings = new ArrayList<>();
        for (CorrelatedDestination seen : silent.subList(0, Math.min(silent.size(), MAX_SINGLE))) {
            findings.add(finding(nextId(findings), incident, seen, Optional.ofNullable(rightly.get(endAt(seen)))));
        }
        if (silent.size() > MAX_SINGLE) {
            findings.add(rest(nextId(findings), incident, silent.subList(MAX_SINGLE, silent.size())));
        }
        return findings;
    }

    private static Disposition endAt(CorrelatedDestination seen) {
        return new Disposition.Connects(seen.destination().endpoint());
    }

    private String nextId(List<Finding> findings) {
        return findings.isEmpty() ? id() : id() + "-" + (findings.size() + 1);
    }

    /** So many at once have one cause, and a report with a finding for each is read by nobody. */
    private static Finding rest(String id, Incident incident, List<CorrelatedDestination> silent) {
        List<String> backends = silent.stream()
                .map(seen -> String.valueOf(seen.destination().endpoint()))
                .toList();
        long failed =
                silent.stream().mapToLong(seen -> failed(seen.destination())).sum();
        String summary = count(failed, "attempt") + " to " + few(backends)
                + " failed as well; the JSON form of this report has each of them.";
        return new Finding(
                id,
                "SLB-28",
                Severity.WARNING,
                Confidence.LIKELY,
                count(silent.size(), "more backend") + " failed attempts, and the node's maps lead to them rightly",
                summary,
                List.of(
                        summary,
                        "So many backends at once hardly fail one by one: look for what they share, such as a node, the path"
                                + " to it, a policy, or a capture that does not see the answers."),
                Optional.empty(),
                silent.stream()
                        .limit(MAX_CITED)
                        .flatMap(seen -> supporting(seen).stream())
                        .toList(),
                List.of(),
                List.of(otherWay(incident, silent.get(0).destination())),
                List.of(check(silent.get(0).destination())));
    }

    private static SortedSet<Frontend> currentFrontends(CorrelatedDestination seen) {
        SortedSet<Frontend> frontends = new TreeSet<>();
        seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .forEach(appearance -> frontends.addAll(appearance.frontends()));
        return frontends;
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

    private static Finding finding(String id, Incident incident, CorrelatedDestination seen, Optional<Replay> replay) {
        Destination destination = seen.destination();
        long failed = failed(destination);
        boolean steady = failed == destination.attempts().size();
        String title = "Backend " + destination.endpoint() + " of " + few(currentFrontends(seen)) + " "
                + (steady
                        ? what(destination.reply())
                        : "failed " + failed + " of " + destination.attempts().size() + " attempts")
                + ", and the node's maps lead to it rightly";
        List<String> explanation = List.of(
                "The current generation lists " + destination.endpoint() + " as a backend, and the captured SYNs went"
                        + " there: " + count(failed, "attempt") + " of "
                        + destination.attempts().size()
                        + " failed. The load balancer did what its maps say.",
                "Look at the pod and its node rather than at Cilium on this one: is the pod running, does it listen on"
                        + " port " + destination.endpoint().port()
                        + ", does the path between the nodes carry the packets, does a policy drop them there?");
        return new Finding(
                id,
                "SLB-28",
                Severity.WARNING,
                steady ? Confidence.CERTAIN : Confidence.LIKELY,
                title,
                explanation.get(0),
                explanation,
                replay,
                supporting(seen),
                answered(destination),
                List.of(otherWay(incident, destination)),
                List.of(check(destination)));
    }

    private static Rival otherWay(Incident incident, Destination destination) {
        return new Rival(
                "The answer came back another way than through the captured interfaces",
                count(incident.traffic().captures().size(), "capture")
                        + (destination.paths().isEmpty()
                                ? ", interfaces not named"
                                : ", interfaces " + String.join(", ", destination.paths())),
                "a capture on all interfaces of the node and of the backend's node at the same time");
    }

    private static String what(Reply reply) {
        return switch (reply) {
            case REFUSED -> "refuses connections";
            case UNREACHABLE -> "is reported unreachable";
            case NONE, ANSWERED, UNKNOWN -> "does not answer";
        };
    }

    private static RemedyStep check(Destination destination) {
        return new RemedyStep(
                "See whether the backend is alive",
                "kubectl reaches the cluster.",
                "kubectl get pods -A -o wide --field-selector status.podIP="
                        + destination.endpoint().address() + "\nkubectl get endpointslices -A -o wide",
                "Reads only.",
                "None.",
                "The pod is listed, ready, and listens on port "
                        + destination.endpoint().port() + ".",
                "Nothing to undo.");
    }

    private static List<Citation> supporting(CorrelatedDestination seen) {
        List<Citation> citations = new ArrayList<>();
        seen.appearances().stream()
                .filter(appearance -> appearance.generation().isCurrent())
                .forEach(appearance -> citations.add(appearance.source()));
        seen.destination().attempts().stream()
                .filter(SilentBackend::isFailed)
                .flatMap(attempt -> attempt.frames().stream()
                        .map(frame -> frame.cite(attempt.client() + " > " + attempt.server() + " SYN")))
                .limit(MAX_FRAMES)
                .forEach(citations::add);
        return List.copyOf(citations);
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
