package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.SourceRange;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-23: a client outside the cluster is not among the sources that a service allows, so that its SYNs are dropped, as
 * configured.
 *
 * <p>Guards: the dump of the map of source ranges is complete; only attempts from outside without any answer count, because clients
 * of the cluster are not checked and a dropped packet is never answered.
 */
final class SourceRangeDenial implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-23",
            CatalogEntry.Kind.NODE,
            Text.of("a client is not among the sources that a service allows, as configured"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.INFO,
            Severity.INFO,
            ServiceManuals.SOURCE_RANGE);

    private static final int MAX_RANGES = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<Journey> unanswered = incident.journeys().failed().stream()
                .filter(journey -> journey.origin() == Journey.Origin.OUTSIDE)
                .filter(journey -> journey.asked().reply() == Reply.NONE && !journey.isSentElsewhere())
                .filter(journey -> ExternalIpElsewhere.service(incident, journey)
                        .filter(service -> service.marks().sources() != Service.Sources.ANY)
                        .isPresent())
                .toList();
        if (unanswered.isEmpty()) {
            return List.of();
        }
        Map<Family, List<SourceRange>> ranges = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            incident.datapath().sourceRanges(family).ifPresent(listed -> ranges.put(family, listed));
        }
        Failures failures = new Failures(
                incident,
                unanswered.stream()
                        .filter(journey -> isDenied(incident, ranges, journey))
                        .toList());
        return failures.isEmpty() ? List.of() : List.of(finding(incident, ranges, failures));
    }

    private static boolean isDenied(Incident incident, Map<Family, List<SourceRange>> ranges, Journey journey) {
        List<SourceRange> known = ranges.get(Family.of(journey.server().address()));
        Optional<Service> service = ExternalIpElsewhere.service(incident, journey);
        if (known == null || service.isEmpty()) {
            return false;
        }
        boolean listed = known.stream()
                .filter(range -> range.revNatId() == service.get().revNatId())
                .anyMatch(range -> range.contains(journey.client().address()));
        return listed == (service.get().marks().sources() == Service.Sources.NOT_LISTED);
    }

    private static Finding.Draft finding(Incident incident, Map<Family, List<SourceRange>> ranges, Failures failures) {
        List<Text> clients = failures.journeys().stream()
                .map(journey -> journey.client().address())
                .distinct()
                .map(Term::address)
                .map(Text::of)
                .toList();
        Text servers = Text.few(Terms.endpoints(failures.servers()));
        return Finding.draft(ENTRY, Severity.INFO, Confidence.LIKELY)
                .about(failures.subjects())
                .title(
                        Text.of("Connections from {} to {} get no answer", Text.few(clients), servers),
                        Text.of("the service does not allow these sources, as configured"))
                .summary(Text.of(
                        "{} failed. The service checks the sources of clients outside the cluster, and the map of source ranges does"
                                + " not allow these.",
                        failures.shares()))
                .explanation(List.of(
                        Text.of(
                                "{} of the service lists the networks that may use it, or those that may not use it. The program at the device"
                                        + " drops the SYN of any other client without an answer.",
                                Term.option("spec.loadBalancerSourceRanges")),
                        Text.of(
                                "If the client should be allowed, look for a translation before the packets reach this node: only the address"
                                        + " that the node sees counts.")))
                .supporting(supporting(incident, ranges, failures))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See what the service allows"),
                                Text.of("kubectl reaches the cluster, and the client tries at the same time."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                        new Action.AskAgent(incident.nodeName(), Action.Question.DROPS)))
                        .check(Text.of("The monitor no longer prints drops of this client."))));
    }

    /** The entries of the services, their source ranges, and the frames. */
    private static List<Citation> supporting(
            Incident incident, Map<Family, List<SourceRange>> ranges, Failures failures) {
        List<Service> services = failures.journeys().stream()
                .flatMap(journey -> ExternalIpElsewhere.service(incident, journey).stream())
                .distinct()
                .toList();
        Stream<Citation> listed = services.stream()
                .flatMap(service ->
                        ranges
                                .getOrDefault(
                                        Family.of(service.frontend().endpoint().address()), List.of())
                                .stream()
                                .filter(range -> range.revNatId() == service.revNatId()))
                .map(SourceRange::source)
                .limit(MAX_RANGES);
        return Stream.of(services.stream().map(Service::source), listed, failures.frames().stream())
                .flatMap(each -> each)
                .toList();
    }
}
