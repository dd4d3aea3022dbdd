package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.evidence.agent.AgentFrontend;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * SLB-34: the agent has two services at one address, port, protocol and scope. The map has one entry for them, so that clients
 * of one get the backends of the other.
 *
 * <p>Guards: rows that are not programmed do not collide, and rows with the same service and backends do not either.
 */
final class SharedFrontend implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-34",
            CatalogEntry.Kind.NODE,
            Text.of("the agent has two services at one address, but the map can have only one of them"),
            Set.of(Requirement.SERVICE_DUMPS),
            Severity.WARNING,
            Severity.WARNING,
            ServiceManuals.SHARED_KEY);

    /** Addresses that have a finding of their own. */
    private static final int MAX_SINGLE = 10;

    private static final int MAX_ROWS = 4;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        return shared(incident).entrySet().stream()
                .limit(MAX_SINGLE)
                .map(each -> finding(incident, each.getKey(), each.getValue()))
                .toList();
    }

    private static SortedMap<Frontend, List<AgentFrontend>> shared(Incident incident) {
        SortedMap<Frontend, List<AgentFrontend>> rows = new TreeMap<>();
        for (AgentFrontend row : incident.evidence().agent().frontends().frontends()) {
            if (row.isInDatapath()) {
                rows.computeIfAbsent(
                                new Frontend(row.endpoint(), row.protocol(), row.internalScope()),
                                key -> new ArrayList<>(1))
                        .add(row);
            }
        }
        rows.values()
                .removeIf(same ->
                        same.stream().map(SharedFrontend::meaning).distinct().count() < 2);
        return rows;
    }

    /** Two rows with the same meaning do not contradict each other. */
    private record Meaning(Optional<ServiceRef> service, Set<Endpoint> backends) {}

    private static Meaning meaning(AgentFrontend row) {
        return new Meaning(row.service(), endpoints(row));
    }

    private static Set<Endpoint> endpoints(AgentFrontend row) {
        return row.active().stream()
                .map(AgentFrontend.Backend::endpoint)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static Finding.Draft finding(Incident incident, Frontend frontend, List<AgentFrontend> rows) {
        Names names = new Names(incident);
        Optional<Held.Known> held = incident.layers()
                .of(frontend)
                .map(FrontendLayers::held)
                .filter(Held.Known.class::isInstance)
                .map(Held.Known.class::cast);
        List<Text> services =
                rows.stream().map(SharedFrontend::named).distinct().toList();
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(new Subject.Frontend(frontend))
                .about(rows.stream()
                        .flatMap(row -> row.active().stream())
                        .map(backend -> new Subject.Backend(backend.endpoint()))
                        .toList())
                .title(
                        Text.of(
                                "Connections to {} from {} reach the backends of only one of {}",
                                Names.address(frontend),
                                names.node(),
                                Text.count(rows.size(), "service", "services")),
                        Text.of("the agent has {} at this address", Text.and(services)))
                .summary(Text.of(
                        "The agent's own list has {} for {}. The services map has one entry for an address, port, protocol and"
                                + " scope{}.",
                        Text.count(rows.size(), "row", "rows"),
                        Names.address(frontend),
                        held.map(known -> Text.of(
                                        ", and its entry has {}",
                                        known.endpoints().isEmpty()
                                                ? Text.of("no backend")
                                                : Text.few(Terms.endpoints(known.endpoints()))))
                                .orElse(Text.NONE)))
                .explanation(
                        List.of(
                                Text.of(
                                        "The service that is written last decides for both, and a change of either service can reverse that."
                                                + " Clients of the other service reach a healthy pod of the wrong workload, or nothing."),
                                Text.of(
                                        "The usual cause is a pod with a host port at the address and port of a load balancer.")))
                .supporting(supporting(rows, held))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See which services have this address"),
                                Text.of("kubectl reaches the cluster."),
                                List.of(new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES)))
                        .then(Text.of("One of them needs another port, or another address."))
                        .check(Text.of("The list has this address and port once."))));
    }

    private static Text named(AgentFrontend row) {
        return row.service()
                .map(ref -> Text.of(Term.name(Term.NameKind.SERVICE, ref.toString())))
                .orElse(Text.of(
                        "a service without a name, to {}",
                        Text.few(
                                Terms.endpoints(endpoints(row).stream().sorted().toList()))));
    }

    private static List<Citation> supporting(List<AgentFrontend> rows, Optional<Held.Known> held) {
        return Stream.concat(
                        rows.stream().limit(MAX_ROWS).map(AgentFrontend::source),
                        held.map(Held.Known::service).map(Service::source).stream())
                .toList();
    }
}
