package io.ghostmap.diagnosis;

import io.ghostmap.evidence.kubernetes.Intent;
import io.ghostmap.evidence.kubernetes.ServiceObject;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.net.Endpoint;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Two services of one namespace that share an endpoint, and the name of one begins with the name of the other. */
record ServiceTwin(ServiceRef shorter, ServiceRef longer, Endpoint shared) {

    static Optional<ServiceTwin> of(Intent intent, ServiceRef one) {
        Set<Endpoint> own = endpoints(intent, one);
        return intent.services().stream()
                .map(ServiceObject::ref)
                .filter(other -> other.namespace().equals(one.namespace()) && !other.equals(one))
                .filter(other ->
                        other.name().startsWith(one.name()) || one.name().startsWith(other.name()))
                .flatMap(other -> endpoints(intent, other).stream()
                        .filter(own::contains)
                        .sorted()
                        .limit(1)
                        .map(shared -> one.name().length() < other.name().length()
                                ? new ServiceTwin(one, other, shared)
                                : new ServiceTwin(other, one, shared)))
                .findFirst();
    }

    private static Set<Endpoint> endpoints(Intent intent, ServiceRef ref) {
        return intent.service(ref).stream()
                .flatMap(service -> service.ports().stream())
                .flatMap(port -> Stream.of(true, false).flatMap(v4 -> intent.endpoints(ref, port, v4).stream()))
                .map(SliceEndpoint::endpoint)
                .collect(Collectors.toSet());
    }
}
