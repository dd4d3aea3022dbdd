package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is said of a service without a backend in the current map. */
final class DeadEndText {
    private final Incident incident;
    private final DeadEnd.Kind kind;

    DeadEndText(Incident incident, DeadEnd.Kind kind) {
        this.incident = incident;
        this.kind = kind;
    }

    Text headline(Text where) {
        Text node = new Names(incident).node();
        return kind == DeadEnd.Kind.TRAFFIC_POLICY
                ? Text.of("{} has no backend on {}", where, node)
                : Text.of("{} is unreachable from {}", where, node);
    }

    Text cause(Text ready) {
        return switch (kind) {
            case UNKNOWN_AGENT -> Text.of("the current map has no backend for it, but Kubernetes has {}", ready);
            case AGENT -> Text.of("the agent lists no backend for it, but Kubernetes has {}", ready);
            case TRAFFIC_POLICY -> Text.of("its traffic policy is Local and allows no other, as configured");
            case REDIRECT_POLICY -> Text.of("a local redirect policy took it over and has no backend for it");
        };
    }

    Text summary(Text where, Held.Known held, Text ready) {
        Text map = Text.of(
                "Map {} has {} with a count of 0: every connection to it is refused at connect(), so that no packet leaves.",
                Term.map(held.mapId()),
                where);
        return switch (kind) {
            case TRAFFIC_POLICY ->
                Text.of("{} Clients on nodes with a backend reach it: the slices have {} on other nodes.", map, ready);
            case REDIRECT_POLICY, AGENT, UNKNOWN_AGENT -> Text.of("{} The slices have {}.", map, ready);
        };
    }

    List<Text> explanation(ServiceDeadEnds service, Held.Known held, Wanted.Claimed wanted) {
        List<Text> paragraphs = new ArrayList<>();
        paragraphs.add(Text.of(
                "Kubernetes wants {} at {}. The current services map {} has no slot for it.",
                Text.few(wanted.usable().stream().map(Term::endpoint).toList()),
                Text.few(service.frontends().stream()
                        .map(layers -> Names.address(layers.frontend()))
                        .toList()),
                Term.map(held.mapId())));
        switch (kind) {
            case REDIRECT_POLICY ->
                paragraphs.add(Text.of(
                        "The entry is marked LocalRedirect: a CiliumLocalRedirectPolicy took the service over. It sends clients"
                                + " only to a pod of this node, and that pod did not exist, was not ready, or its network namespace"
                                + " was not known to the agent when the policy was applied. As long as the policy exists, the"
                                + " service's own endpoints are not used: the workload is healthy and not at fault."));
            case AGENT -> {
                paragraphs.add(
                        Text.of(
                                "The agent's own list agrees with the map, so the map does what the agent believes. Either the agent is at"
                                        + " fault or what it received from the API server: compare its view of the slices, not the maps."));
                twin(service).ifPresent(paragraphs::add);
            }
            case UNKNOWN_AGENT ->
                paragraphs.add(Text.of(
                        "The agent's own list (cilium-dbg service list) is not in this bundle. It would show whether the agent does"
                                + " not have the backends or did not write them."));
            case TRAFFIC_POLICY ->
                paragraphs.add(Text.of(
                        "The service's traffic policy is Local, which restricts clients on this node to backends on this node."
                                + " Its endpoints are on {}. The service is configured like this; it is not a fault of the node.",
                        Text.few(wanted.endpoints().stream()
                                .filter(SliceEndpoint::isReady)
                                .map(endpoint -> Term.name(Term.NameKind.NODE, endpoint.node()))
                                .distinct()
                                .toList())));
        }
        return paragraphs;
    }

    /** The known fault of releases before 2026: a service whose name begins like another's removes a shared backend. */
    private Optional<Text> twin(ServiceDeadEnds service) {
        if (service.ref().isEmpty()) {
            return Optional.empty();
        }
        return service.ref()
                .flatMap(ref -> ServiceTwin.of(incident.evidence().kubernetes().intent(), ref))
                .map(twin -> Text.of(
                        "{} and {} are in one namespace, one name begins with the other, and both have the endpoint {}. An agent"
                                + " without the fix of January 2026 (cilium#43619) removes the backend of one when it handles the"
                                + " slices of the other. Restarting the agent can help for a while; an upgrade ends it.",
                        Term.name(Term.NameKind.SERVICE, twin.shorter().toString()),
                        Term.name(Term.NameKind.SERVICE, twin.longer().toString()),
                        Term.endpoint(twin.shared())));
    }
}
