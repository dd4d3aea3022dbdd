package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.AffinitySession;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.manual.MapManuals;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.ConnectionAttempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * SLB-17: session affinity keeps a client at a backend that no longer takes new connections. The backend is still in the
 * map, so that the program does not choose another one.
 *
 * <p>Guards: connections to the backend failed; the map, or a slice, says that it is ending or not ready; an affinity entry of
 * the service has it. If that is for a network namespace, it is not known which client it belongs to.
 */
final class StickyBackend implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-17",
            CatalogEntry.Kind.NODE,
            Text.of("session affinity keeps clients at a backend that is ending"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.WARNING,
            Severity.WARNING,
            MapManuals.AFFINITY);

    private static final int MAX_CITED = 6;

    /** A session with a failing backend, and its service. */
    private record Kept(
            FrontendLayers service, Backend backend, AffinitySession session, List<ConnectionAttempt> failed) {}

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Map<Endpoint, List<Kept>> byBackend = new TreeMap<>();
        for (Family family : Family.values()) {
            for (Kept kept : kept(incident, family)) {
                byBackend
                        .computeIfAbsent(kept.backend.endpoint(), at -> new ArrayList<>())
                        .add(kept);
            }
        }
        return byBackend.values().stream()
                .map(sessions -> finding(incident, sessions))
                .toList();
    }

    private static List<Kept> kept(Incident incident, Family family) {
        Map<Long, Backend> failing = failing(incident, family);
        if (failing.isEmpty()) {
            return List.of(); // the affinity map of a large node is read only if it can matter
        }
        Map<Integer, List<FrontendLayers>> services = incident.layers().all().stream()
                .filter(layers -> layers.held() instanceof Held.Known
                        && Family.of(layers.frontend().endpoint().address()) == family)
                .collect(Collectors.groupingBy(
                        layers -> ((Held.Known) layers.held()).service().revNatId()));
        List<Kept> kept = new ArrayList<>();
        for (AffinitySession session : incident.datapath().sessions(family)) {
            Backend backend = failing.get(session.backendId());
            if (backend != null) {
                List<ConnectionAttempt> attempts = incident.failedAttempts(backend.endpoint()).stream()
                        .filter(attempt -> isOf(session, attempt.client().address()))
                        .toList();
                services.getOrDefault(session.revNatId(), List.of()).stream()
                        .filter(service -> !attempts.isEmpty() && isEnding(service, backend))
                        .findFirst()
                        .ifPresent(service -> kept.add(new Kept(service, backend, session, attempts)));
            }
        }
        return kept;
    }

    private static Map<Long, Backend> failing(Incident incident, Family family) {
        return incident.datapath().generations(MapRole.of(MapRole.Kind.BACKENDS, family)).stream()
                .filter(Generation::isCurrent)
                .flatMap(map -> Stream.ofNullable(incident.datapath().backends().get(map.mapId())))
                .flatMap(table -> table.values().stream())
                .filter(backend -> !incident.failedAttempts(backend.endpoint()).isEmpty())
                .collect(Collectors.toMap(Backend::id, backend -> backend, (one, other) -> one));
    }

    private static boolean isOf(AffinitySession session, IpAddress client) {
        return !(session.client() instanceof AffinitySession.Client.Address address)
                || address.address().equals(client);
    }

    /** According to the map, or to the slices. */
    private static boolean isEnding(FrontendLayers service, Backend backend) {
        boolean chosen = service.inMaps().contains(backend.endpoint());
        boolean ready = service.wanted() instanceof Wanted.Claimed claimed
                && claimed.endpoints().stream()
                        .anyMatch(endpoint -> endpoint.endpoint().equals(backend.endpoint())
                                && endpoint.state() == SliceEndpoint.State.READY);
        boolean gone = service.wanted() instanceof Wanted.Claimed && !ready;
        return backend.state() == Backend.State.TERMINATING
                || backend.state() == Backend.State.QUARANTINED
                || !chosen
                || gone;
    }

    private static Finding.Draft finding(Incident incident, List<Kept> sessions) {
        Kept first = sessions.get(0);
        Term backend = Term.endpoint(first.backend.endpoint());
        List<ConnectionAttempt> failed = sessions.stream()
                .flatMap(kept -> kept.failed.stream())
                .distinct()
                .toList();
        Names names = new Names(incident);
        Text service = names.service(first.service.frontend());
        List<Citation> supporting = new ArrayList<>();
        sessions.stream().limit(MAX_CITED).map(kept -> kept.session.source()).forEach(supporting::add);
        supporting.add(first.backend.source());
        failed.stream().flatMap(Citations::syns).limit(MAX_CITED).forEach(supporting::add);
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(new Subject.Frontend(first.service.frontend()))
                .about(new Subject.Backend(first.backend.endpoint()))
                .about(failed.stream()
                        .map(attempt -> new Subject.Client(attempt.client().address()))
                        .distinct()
                        .toList())
                .title(
                        Text.of("Some clients cannot reach {} from {}", service, names.node()),
                        Text.of("session affinity keeps sending them to {}, a backend that is ending", backend))
                .summary(Text.of(
                        "{} to {} failed. {} of the service still {} that backend: {}.",
                        Text.count(failed.size(), "attempt", "attempts"),
                        backend,
                        Text.count(sessions.size(), "session", "sessions"),
                        sessions.size() == 1 ? Text.of("has") : Text.of("have"),
                        Text.few(sessions.stream()
                                .map(kept -> client(kept.session))
                                .toList())))
                .explanation(List.of(
                        Text.of(
                                "The backend is still in the backends map, because of its open connections, but new connections"
                                        + " can no longer choose it. For a client with a session nothing is chosen: the program"
                                        + " looks up the session's backend by its id, finds it, and sends the connection there"
                                        + " until the session expires or the backend is removed from the map."),
                        Text.of("Other clients of the service, and those whose session expired, are not affected.")))
                .supporting(supporting.stream().distinct().toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the backend is still in the maps, and still ending"),
                                Text.of("kubectl reaches the cluster."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                        new Action.FindPod(
                                                first.backend.endpoint().address()),
                                        Action.Look.ENDPOINT_SLICES))
                        .check(Text.of(
                                "The agent lists the backend as terminating. When its pod has ended, the agent removes the"
                                        + " backend and the session."))));
    }

    private static Text client(AffinitySession session) {
        return session.client() instanceof AffinitySession.Client.NetworkNamespace namespace
                ? Text.of("of the network namespace with cookie {}", Term.number(namespace.cookie()))
                : Text.of("of client {}", Term.address(((AffinitySession.Client.Address) session.client()).address()));
    }
}
