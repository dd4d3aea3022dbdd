package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.IdKind;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * SLB-37: two services have one id in the maps, and the slots of one have backends of the other: a healthy pod of the
 * wrong service answers.
 *
 * <p>Guards: frontends of one service can share an id; a backend counts only if the slices of the other service have it and those
 * of its own do not.
 */
final class SharedServiceId implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-37",
            CatalogEntry.Kind.NODE,
            Text.of("two services have one id, and connections to one reach backends of the other"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.KUBERNETES),
            Severity.WARNING,
            Severity.WARNING,
            ServiceManuals.SHARED_ID);

    private static final int MAX_SINGLE = 10;

    /** A frontend whose slots have backends of another service, with which it shares its id. */
    private record Mixed(FrontendLayers one, FrontendLayers other, int id, SortedSet<Endpoint> backends) {}

    private record Key(int mapId, int id) implements Comparable<Key> {
        @Override
        public int compareTo(Key that) {
            int byMap = Integer.compare(mapId, that.mapId);
            return byMap != 0 ? byMap : Integer.compare(id, that.id);
        }
    }

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        return mixed(incident).stream()
                .limit(MAX_SINGLE)
                .map(each -> finding(incident, each))
                .toList();
    }

    private static List<Mixed> mixed(Incident incident) {
        SortedMap<Key, List<FrontendLayers>> byId = new TreeMap<>();
        for (FrontendLayers layers : incident.layers().all()) {
            if (layers.held() instanceof Held.Known held && held.service().revNatId() != 0) {
                byId.computeIfAbsent(new Key(held.mapId(), held.service().revNatId()), key -> new ArrayList<>(1))
                        .add(layers);
            }
        }
        List<Mixed> mixed = new ArrayList<>();
        for (Map.Entry<Key, List<FrontendLayers>> same : byId.entrySet()) {
            for (FrontendLayers one : same.getValue()) {
                for (FrontendLayers other : same.getValue()) {
                    SortedSet<Endpoint> foreign = foreign(one, other);
                    if (!foreign.isEmpty()) {
                        mixed.add(new Mixed(one, other, same.getKey().id(), foreign));
                    }
                }
            }
        }
        return mixed;
    }

    /** Backends among the slots of {@code one} that belong to the service of {@code other} and not to its own. */
    private static SortedSet<Endpoint> foreign(FrontendLayers one, FrontendLayers other) {
        SortedSet<Endpoint> foreign = new TreeSet<>();
        if (one.wanted() instanceof Wanted.Claimed own
                && other.wanted() instanceof Wanted.Claimed theirs
                && !ref(own).equals(ref(theirs))) {
            foreign.addAll(one.inMaps());
            foreign.removeAll(endpoints(own));
            foreign.retainAll(endpoints(theirs));
        }
        return foreign;
    }

    private static ServiceRef ref(Wanted.Claimed claimed) {
        return claimed.claim().service().ref();
    }

    private static Set<Endpoint> endpoints(Wanted.Claimed claimed) {
        return claimed.endpoints().stream().map(SliceEndpoint::endpoint).collect(Collectors.toSet());
    }

    private static Finding.Draft finding(Incident incident, Mixed mixed) {
        Names names = new Names(incident);
        Text one = names.service(mixed.one.frontend());
        Text other = names.service(mixed.other.frontend());
        Text backends = Text.few(Terms.endpoints(mixed.backends));
        Term id = Term.id(IdKind.REV_NAT, mixed.id);
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(new Subject.Frontend(mixed.one.frontend()))
                .about(new Subject.Frontend(mixed.other.frontend()))
                .about(mixed.backends.stream().map(Subject.Backend::new).toList())
                .title(
                        Text.of("Connections to {} from {} can reach another service", one, names.node()),
                        Text.of("it has the same id as {} ({}), and {} is among its slots", other, id, backends))
                .summary(Text.of(
                        "The current services map sends connections to {} also to {}. The endpoint slices have that as a backend of"
                                + " {} only, and both services have the id {}.",
                        one,
                        backends,
                        other,
                        id))
                .explanation(
                        List.of(
                                Text.of(
                                        "A backend of the wrong service answers, so that no connection fails:"
                                                + " clients see the content, the certificate or the refusal of another application."),
                                Text.of(
                                        "Reverse translation and session affinity use the id as well. Answers of one service can carry"
                                                + " the address of the other, and a session of one can be continued at the other.")))
                .supporting(supporting(mixed))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether two services still have the id"),
                                Text.of("kubectl reaches the cluster."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                        Action.Look.ENDPOINT_SLICES))
                        .then(Text.of(
                                "Ids survive a restart of the agent. Deleting and creating one of the two services gives"
                                        + " it another id; plan this as a change."))
                        .check(Text.of(
                                "The two services have different ids, and each has the backends of its own slices."))));
    }

    private static List<Citation> supporting(Mixed mixed) {
        List<Citation> citations = new ArrayList<>();
        for (FrontendLayers layers : List.of(mixed.one, mixed.other)) {
            held(layers).ifPresent(held -> citations.add(held.service().source()));
            if (layers.wanted() instanceof Wanted.Claimed claimed) {
                claimed.endpoints().stream()
                        .filter(endpoint -> mixed.backends.contains(endpoint.endpoint()))
                        .map(SliceEndpoint::source)
                        .findFirst()
                        .ifPresent(citations::add);
            }
        }
        return citations.stream().distinct().toList();
    }

    private static Optional<Held.Known> held(FrontendLayers layers) {
        return layers.held() instanceof Held.Known known ? Optional.of(known) : Optional.empty();
    }
}
