package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.kubernetes.Intent;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * SLB-32: masquerading gave a connection a source port that is a NodePort of this node. The answer is taken for a request
 * to that NodePort and sent on to its backend.
 *
 * <p>Guards: the masqueraded address is one at which the node serves NodePorts, and the attempt failed.
 */
final class TakenNodePort implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-32",
            CatalogEntry.Kind.NODE,
            Text.of("the source port of a masqueraded connection is a NodePort of this node"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.WARNING,
            Severity.WARNING,
            ConnectionManuals.TAKEN_NODE_PORT);

    /** The service whose NodePort it is. */
    private record Owner(Optional<Frontend> frontend, Optional<Term> service, Optional<Citation> source) {}

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Map<Journey, Owner> taken = taken(incident);
        return taken.isEmpty() ? List.of() : List.of(finding(incident, taken));
    }

    /** The attempts that fail for that reason. */
    static Set<Journey> journeys(Incident incident) {
        return taken(incident).keySet();
    }

    private static Map<Journey, Owner> taken(Incident incident) {
        Map<Journey, Owner> taken = new LinkedHashMap<>();
        for (Journey journey : incident.journeys().failed()) {
            journey.masqueradedAs()
                    .flatMap(source -> owner(incident, source))
                    .ifPresent(owner -> taken.put(journey, owner));
        }
        return taken;
    }

    private static Optional<Owner> owner(Incident incident, Endpoint source) {
        Optional<FrontendLayers> inMaps = Failures.frontend(incident, source)
                .flatMap(incident.layers()::of)
                .filter(layers -> layers.held() instanceof Held.Known);
        Optional<Intent.Claim> wanted = incident.evidence()
                .kubernetes()
                .intent()
                .atNodePort(source.port(), Protocol.TCP)
                .filter(claim ->
                        incident.evidence().network().interfaces().addresses().contains(source.address()));
        if (inMaps.isEmpty() && wanted.isEmpty()) {
            return Optional.empty();
        }
        Optional<Term> service = inMaps.flatMap(FrontendLayers::service)
                .or(() -> wanted.map(claim -> claim.service().ref()))
                .map(ref -> Term.name(Term.NameKind.SERVICE, ref.toString()));
        Optional<Citation> entry = inMaps.map(FrontendLayers::held)
                .filter(Held.Known.class::isInstance)
                .map(held -> ((Held.Known) held).service())
                .map(Service::source);
        return Optional.of(new Owner(
                inMaps.map(FrontendLayers::frontend),
                service,
                entry.or(() -> wanted.map(claim -> claim.service().source()))));
    }

    private static Finding.Draft finding(Incident incident, Map<Journey, Owner> taken) {
        Failures failures = new Failures(incident, List.copyOf(taken.keySet()));
        List<Term> ports = taken.keySet().stream()
                .flatMap(journey -> journey.masqueradedAs().stream())
                .distinct()
                .map(Term::endpoint)
                .collect(Collectors.toList());
        List<Text> owners = taken.values().stream()
                .flatMap(owner -> owner.service.stream())
                .distinct()
                .map(Text::of)
                .toList();
        List<Citation> supporting = new ArrayList<>();
        taken.values().forEach(owner -> owner.source.ifPresent(supporting::add));
        supporting.addAll(failures.frames());
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(taken.values().stream()
                        .flatMap(owner -> owner.frontend.stream())
                        .map(Subject.Frontend::new)
                        .distinct()
                        .toList())
                .about(failures.subjects())
                .title(Text.of(
                        "Connections to {} fail: masquerading sends them from {}, a NodePort of this node",
                        Text.few(Terms.endpoints(failures.servers())),
                        Text.few(ports)))
                .summary(Text.of(
                        "{} failed. Their SYNs left from {}{}: an answer to that port is treated as a connection to the"
                                + " service.",
                        failures.shares(),
                        Text.few(ports),
                        owners.isEmpty() ? Text.NONE : Text.of(", a NodePort of {}", Text.few(owners))))
                .explanation(List.of(Text.of(
                        "The masquerading chose the source port without regard to the NodePort range. The answer of"
                                + " the server arrives at the node's address and a NodePort, so that Cilium's program at"
                                + " the device sends it to a backend of that service instead of to the pod that waits"
                                + " for it. Only connections that happen to get such a port fail, which looks like an"
                                + " intermittent fault.")))
                .supporting(supporting.stream().distinct().toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See which source ports masquerading can choose"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(Action.Look.PORT_RANGES))
                        .check(Text.of(
                                "The range of NodePorts is outside ip_local_port_range, or in ip_local_reserved_ports, and the"
                                        + " rule that masquerades keeps to it (--to-ports)."))));
    }
}
