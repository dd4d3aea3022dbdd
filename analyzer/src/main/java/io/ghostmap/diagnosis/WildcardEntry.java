package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Service;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * SLB-33: the services map has an entry for every port of an address, which drops connections to ports that no service has.
 * If the address is the node's own, kubelet, SSH and all other listeners there are unreachable.
 *
 * <p>Guards: the entry is right for addresses that no interface of this node has. A refused attempt was answered by the node
 * itself, so only silence and an ICMP error count, and only at ports that no service has.
 */
final class WildcardEntry implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-33",
            CatalogEntry.Kind.NODE,
            Text.of("an entry for every port drops connections to an address of this node"),
            Set.of(Requirement.SERVICE_DUMPS),
            Severity.WARNING,
            Severity.INFO,
            ServiceManuals.WILDCARD);

    private static final int MAX_FRAMES = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<Service> wildcards = wildcards(incident);
        return wildcards.isEmpty() ? List.of() : List.of(finding(incident, wildcards));
    }

    private static List<Service> wildcards(Incident incident) {
        Set<IpAddress> own = incident.evidence().network().interfaces().addresses();
        return incident.datapath().generations().stream()
                .filter(generation -> generation.role().isServices() && generation.isCurrent())
                .flatMap(generation -> services(incident, generation))
                .filter(service -> isWildcard(service.frontend()))
                .filter(service -> own.contains(service.frontend().endpoint().address()))
                .toList();
    }

    private static Stream<Service> services(Incident incident, Generation generation) {
        return incident
                .datapath()
                .services()
                .getOrDefault(generation.mapId(), Collections.emptySortedMap())
                .values()
                .stream();
    }

    private static boolean isWildcard(Frontend frontend) {
        return frontend.endpoint().port() == 0 && frontend.protocol() == Protocol.ANY;
    }

    /** Attempts that such an entry can have dropped, by destination. */
    private static SortedMap<Endpoint, List<ConnectionAttempt>> dropped(Incident incident, List<Service> wildcards) {
        List<IpAddress> addresses = wildcards.stream()
                .map(service -> service.frontend().endpoint().address())
                .toList();
        SortedMap<Endpoint, List<ConnectionAttempt>> dropped = new TreeMap<>();
        incident.traffic().destinations().stream()
                .filter(to -> addresses.contains(to.endpoint().address()))
                .filter(to -> Failures.frontend(incident, to.endpoint()).isEmpty())
                .forEach(to -> {
                    List<ConnectionAttempt> failed = to.attempts().stream()
                            .filter(attempt -> attempt.reply() == Reply.NONE || attempt.reply() == Reply.UNREACHABLE)
                            .toList();
                    if (!failed.isEmpty()) {
                        dropped.put(to.endpoint(), failed);
                    }
                });
        return dropped;
    }

    private static Finding.Draft finding(Incident incident, List<Service> wildcards) {
        SortedMap<Endpoint, List<ConnectionAttempt>> dropped = dropped(incident, wildcards);
        List<ConnectionAttempt> attempts =
                dropped.values().stream().flatMap(List::stream).toList();
        Names names = new Names(incident);
        Text addresses = Text.few(wildcards.stream()
                .map(service -> Term.address(service.frontend().endpoint().address()))
                .toList());
        Finding.Draft draft = Finding.draft(
                        ENTRY,
                        dropped.isEmpty() ? Severity.INFO : Severity.WARNING,
                        dropped.isEmpty() ? Confidence.POSSIBLE : Confidence.LIKELY)
                .about(wildcards.stream()
                        .map(service -> new Subject.Frontend(service.frontend()))
                        .toList())
                .about(dropped.keySet().stream().map(Subject.Backend::new).toList());
        Text cause = Text.of(
                "the services map has an entry for every port of {}, which drops connections to ports without a service",
                addresses);
        if (dropped.isEmpty()) {
            draft.title(Text.of("Ports of {} that no service has may be unreachable", names.node()), cause)
                    .summary(Text.of(
                            "{} is an address of the node itself. The capture has no attempt that this entry dropped.",
                            addresses));
        } else {
            draft.title(
                            Text.of(
                                    "Connections to {}, a port of {} itself, get no answer",
                                    Text.few(Terms.endpoints(dropped.keySet())),
                                    names.node()),
                            cause)
                    .summary(Text.of(
                            "{} to {} failed. No service has these ports, and {} is an address of the node itself.",
                            Text.count(attempts.size(), "attempt", "attempts"),
                            Text.few(Terms.endpoints(dropped.keySet())),
                            addresses));
        }
        return draft.explanation(List.of(
                        Text.of(
                                "From 1.19 on the agent adds an entry with port 0 and protocol 0 for an address of a load balancer,"
                                        + " so that connections to ports without a service are dropped and do not loop. If the same"
                                        + " address belongs to the node, connections to everything else that listens there are dropped too."),
                        Text.of(
                                "Ports that a service has are looked up first, and work. Newer releases do not add the entry for"
                                        + " addresses of the node.")))
                .supporting(supporting(wildcards, attempts))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See the entry, and whether it drops packets"),
                                Text.of("kubectl reaches the cluster, and a client tries at the same time."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                        new Action.AskAgent(incident.nodeName(), Action.Question.DROPS)))
                        .then(Text.of(
                                "The address of the load balancer and that of the node have to differ, or the agent needs a"
                                        + " release that does not add the entry for the node's addresses."))
                        .check(Text.of("The monitor no longer prints drops for the node's own ports."))));
    }

    private static List<Citation> supporting(List<Service> wildcards, List<ConnectionAttempt> attempts) {
        List<Citation> citations = new ArrayList<>();
        wildcards.forEach(service -> citations.add(service.source()));
        attempts.stream().flatMap(Citations::syns).limit(MAX_FRAMES).forEach(citations::add);
        return citations;
    }
}
