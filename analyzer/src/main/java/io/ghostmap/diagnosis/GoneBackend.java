package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Backend;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.ConnectionAttempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * SLB-13 and SLB-14: the current maps send new connections to a backend that no endpoint slice of its service has. With the
 * id of another cluster it came through the cluster mesh (SLB-13), otherwise it outlived its pod (SLB-14).
 *
 * <p>Guards: maps and slices are read at different moments, so that a backend to which nothing failed is only worth knowing.
 * Slices of other clusters are not in this one's API server, so that a remote backend counts only if connections to it fail.
 */
final class GoneBackend implements Rule {
    private static final int MAX_SINGLE = 10;
    private static final int MAX_FRAMES = 6;

    private final CatalogEntry entry;
    private final boolean remote;

    private GoneBackend(CatalogEntry entry, boolean remote) {
        this.entry = entry;
        this.remote = remote;
    }

    static List<Rule> rules() {
        return List.of(
                new GoneBackend(
                        entry(
                                "SLB-13",
                                Text.of("a backend of another cluster does not answer"),
                                Severity.WARNING,
                                ServiceManuals.REMOTE_BACKEND),
                        true),
                new GoneBackend(
                        entry(
                                "SLB-14",
                                Text.of("the maps send connections to a backend that Kubernetes no longer has"),
                                Severity.INFO,
                                ServiceManuals.GONE_BACKEND),
                        false));
    }

    private static CatalogEntry entry(String id, Text title, Severity mildest, Manual manual) {
        return new CatalogEntry(
                id,
                CatalogEntry.Kind.NODE,
                title,
                Set.of(Requirement.SERVICE_DUMPS, Requirement.KUBERNETES),
                Severity.WARNING,
                mildest,
                manual);
    }

    @Override
    public CatalogEntry entry() {
        return entry;
    }

    /** A backend that is gone, with the frontends whose connections go there. */
    private record Gone(Backend backend, List<FrontendLayers> frontends, List<ConnectionAttempt> failed) {}

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        if (LeftoverPrograms.isPresent(incident)) {
            return List.of(); // the maps are not maintained, which SLB-26 reports
        }
        List<Gone> gone = goneOf(incident).stream()
                .filter(each -> !remote || !each.failed.isEmpty())
                .toList();
        List<Finding.Draft> findings = new ArrayList<>();
        for (Gone each : gone.subList(0, Math.min(gone.size(), MAX_SINGLE))) {
            findings.add(finding(incident, each));
        }
        if (gone.size() > MAX_SINGLE) {
            findings.add(rest(gone.subList(MAX_SINGLE, gone.size())));
        }
        return findings;
    }

    private List<Gone> goneOf(Incident incident) {
        SortedMap<Endpoint, List<FrontendLayers>> frontends = new TreeMap<>();
        SortedMap<Endpoint, Backend> backends = new TreeMap<>();
        for (FrontendLayers layers : incident.layers().all()) {
            if (layers.held() instanceof Held.Known held) {
                Set<Endpoint> gone = layers.gone();
                for (Backend backend : held.backends()) {
                    if (gone.contains(backend.endpoint()) && (backend.clusterId() != 0) == remote) {
                        backends.put(backend.endpoint(), backend);
                        frontends
                                .computeIfAbsent(backend.endpoint(), at -> new ArrayList<>(1))
                                .add(layers);
                    }
                }
            }
        }
        List<Gone> found = new ArrayList<>();
        for (Map.Entry<Endpoint, Backend> each : backends.entrySet()) {
            found.add(new Gone(
                    each.getValue(),
                    frontends.getOrDefault(each.getKey(), List.of()),
                    incident.failedAttempts(each.getKey())));
        }
        return found;
    }

    private Finding.Draft finding(Incident incident, Gone gone) {
        boolean failed = !gone.failed.isEmpty();
        Endpoint at = gone.backend.endpoint();
        Term backend = Term.endpoint(at);
        Names names = new Names(incident);
        Text services = names.services(
                gone.frontends.stream().map(FrontendLayers::frontend).distinct().toList());
        Text attempts = Text.count(gone.failed.size(), "attempt", "attempts");
        return Finding.draft(
                        entry,
                        failed ? Severity.WARNING : Severity.INFO,
                        failed ? Confidence.LIKELY : Confidence.POSSIBLE)
                .about(new Subject.Backend(at))
                .about(gone.frontends.stream()
                        .map(layers -> new Subject.Frontend(layers.frontend()))
                        .toList())
                .title(
                        failed
                                ? Text.of("Some connections to {} from {} fail", services, names.node())
                                : Text.of("Some connections to {} from {} may fail", services, names.node()),
                        cause(backend))
                .summary(Text.of(
                        "The current maps have {} as a backend of {}, but no endpoint slice of the service has it{}.",
                        backend,
                        names.few(gone.frontends.stream()
                                .map(FrontendLayers::frontend)
                                .distinct()
                                .toList()),
                        failed ? Text.of(". {} to it failed", attempts) : Text.NONE))
                .explanation(explanation(gone, backend))
                .supporting(supporting(gone))
                .rivals(List.of(new Rival(
                        Rival.Kind.CHANGE_BETWEEN_READINGS,
                        failed ? Rival.Stance.OPEN : Rival.Stance.FOR,
                        Text.of("The pod ended while the bundle was collected"),
                        Text.of(
                                "the maps are read before the slices, so that a backend that was removed in between is in the maps"
                                        + " but not in the slices."),
                        Text.of("a second bundle: a backend that is still in its maps did not just end"))))
                .remedy(List.of(remote ? remoteCheck(incident) : localCheck(incident, gone)));
    }

    private Text cause(Term backend) {
        return remote
                ? Text.of("{}, a backend of another cluster, does not answer", backend)
                : Text.of("the maps still send them to {}, which no endpoint slice has", backend);
    }

    private List<Text> explanation(Gone gone, Term backend) {
        List<Text> paragraphs = new ArrayList<>();
        if (remote) {
            paragraphs.add(Text.of(
                    "The backends map gives {} the cluster id {}: it came through the cluster mesh. An agent that missed its removal"
                            + " during a restart keeps such a backend until it synchronizes again.",
                    backend,
                    Term.number(gone.backend.clusterId())));
        } else {
            paragraphs.add(Text.of(
                    "The maps are not up to date for {}: some new connections, according to its share of the slots, still go"
                            + " there. The pod and its node are not at fault. Either the agent is late or what it receives from the"
                            + " API server.",
                    backend));
        }
        suspect(gone).ifPresent(paragraphs::add);
        return paragraphs;
    }

    private static Optional<Text> suspect(Gone gone) {
        return switch (gone.frontends.get(0).suspect()) {
            case AGENT ->
                Optional.of(
                        Text.of(
                                "The agent's own list has the backend as well: the agent has not processed the slices, and the maps follow it."));
            case MAPS ->
                Optional.of(
                        Text.of(
                                "The agent's own list differs from the map: the agent has not written what it knows (see SLB-11)."));
            case AGENT_OR_MAPS -> Optional.empty();
        };
    }

    private static RemedyStep localCheck(Incident incident, Gone gone) {
        return RemedyStep.reading(
                        Text.of("See whether the backend is still in the maps"),
                        Text.of("You are root on the node of this bundle, and kubectl reaches the cluster."),
                        List.of(
                                new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                new Action.FindPod(gone.backend.endpoint().address()),
                                Action.Look.ENDPOINT_SLICES))
                .check(Text.of(
                        "If no pod has the address and the agent no longer lists it, the fault is over; otherwise keep both"
                                + " outputs for the ticket."));
    }

    private static RemedyStep remoteCheck(Incident incident) {
        return RemedyStep.reading(
                        Text.of("Compare with the other cluster"),
                        Text.of("kubectl reaches the other cluster."),
                        List.of(
                                new Action.AskAgent(incident.nodeName(), Action.Question.REMOTE_CLUSTERS),
                                Action.Look.ENDPOINT_SLICES))
                .check(Text.of(
                        "If the other cluster's slices no longer have the address, restarting this node's agent makes it"
                                + " synchronize again."));
    }

    private static List<Citation> supporting(Gone gone) {
        List<Citation> citations = new ArrayList<>();
        citations.add(gone.backend.source());
        for (FrontendLayers layers : gone.frontends.subList(0, Math.min(3, gone.frontends.size()))) {
            if (layers.wanted() instanceof Wanted.Claimed claimed) {
                citations.add(claimed.claim().service().source());
                claimed.endpoints().stream().limit(2).forEach(endpoint -> citations.add(endpoint.source()));
            }
        }
        gone.failed.stream().flatMap(Citations::syns).limit(MAX_FRAMES).forEach(citations::add);
        return citations.stream().distinct().toList();
    }

    private Finding.Draft rest(List<Gone> gone) {
        boolean failed = gone.stream().anyMatch(each -> !each.failed.isEmpty());
        return Finding.draft(entry, failed ? Severity.WARNING : Severity.INFO, Confidence.POSSIBLE)
                .about(gone.stream()
                        .map(each -> new Subject.Backend(each.backend.endpoint()))
                        .toList())
                .title(
                        Text.of(
                                "The maps have {} that no endpoint slice has",
                                Text.count(gone.size(), "more backend", "more backends")),
                        Text.few(gone.stream()
                                .map(each -> Term.endpoint(each.backend.endpoint()))
                                .toList()))
                .summary(Text.of("The JSON form of this report names each of them."));
    }
}
