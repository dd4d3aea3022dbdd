package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Service;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.Interfaces;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-21: clients on this node ask for an external IP that is not the node's. By design it is not translated at the socket:
 * otherwise every user who may create a service could take over connections to any address.
 *
 * <p>Guards: only failed attempts make it relevant; the agent's option and the node's own addresses have to be known.
 */
final class ExternalIpElsewhere implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-21",
            CatalogEntry.Kind.NODE,
            Text.of("connections to an external IP of another machine are not translated, as designed"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.INFO,
            Severity.INFO,
            ServiceManuals.EXTERNAL_IP);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Interfaces interfaces = incident.evidence().network().interfaces();
        if (!interfaces.captured() || incident.evidence().agent().options().externalIpsAnywhere()) {
            return List.of();
        }
        Failures failures = new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey ->
                                journey.origin() == Journey.Origin.NODE || journey.origin() == Journey.Origin.POD)
                        .filter(journey -> !journey.isSentElsewhere() && !journey.isAnswered())
                        .filter(journey -> !interfaces
                                .addresses()
                                .contains(journey.server().address()))
                        .filter(journey -> service(incident, journey)
                                .filter(service -> service.marks().isExternalIp())
                                .isPresent())
                        .toList());
        return failures.isEmpty() ? List.of() : List.of(finding(incident, failures));
    }

    /** What the current maps have for the address that a client asked for. */
    static Optional<Service> service(Incident incident, Journey journey) {
        return Failures.frontend(incident, journey.server())
                .flatMap(incident.layers()::of)
                .map(FrontendLayers::held)
                .filter(Held.Known.class::isInstance)
                .map(held -> ((Held.Known) held).service());
    }

    private static Finding.Draft finding(Incident incident, Failures failures) {
        Text servers = Text.few(Terms.endpoints(failures.servers()));
        return Finding.draft(ENTRY, Severity.INFO, Confidence.LIKELY)
                .about(failures.subjects())
                .title(
                        Text.of("Connections from {} to {} get no answer", new Names(incident).node(), servers),
                        Text.of("it is an external IP of another machine, which is not translated here by design"))
                .summary(Text.of(
                        "{} failed. Their SYNs left with the external IP, so that the owner of that address has to answer.",
                        failures.shares()))
                .explanation(List.of(
                        Text.of(
                                "The services map has an entry for it, for clients whose packets come to this node from outside."
                                        + " Connections of a client in the cluster are translated only if the address is known to be the"
                                        + " cluster's own: otherwise every user who may create a service with that address would get its"
                                        + " connections."),
                        Text.of(
                                "{} turns that off for the whole cluster. A ClusterIP of the same service works for these clients.",
                                Term.option(Option.EXTERNAL_IPS_ANYWHERE.flag()))))
                .supporting(supporting(incident, failures))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the address is routed to a node of the cluster"),
                                Text.of("kubectl reaches the cluster."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                        new Action.AskAgent(incident.nodeName(), Action.Question.CONFIGURATION)))
                        .check(Text.of(
                                "The owner of the address answers, or clients of the cluster use the ClusterIP."))));
    }

    private static List<Citation> supporting(Incident incident, Failures failures) {
        return Stream.concat(
                        failures.journeys().stream()
                                .flatMap(journey -> service(incident, journey).stream())
                                .map(Service::source)
                                .distinct(),
                        failures.frames().stream())
                .toList();
    }
}
