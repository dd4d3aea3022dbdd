package io.ghostmap.evidence;

import io.ghostmap.evidence.kubernetes.Intent;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Names from the API server's answers.
 *
 * @param services cluster address and port to {@code namespace/name}
 * @param pods address to {@code namespace/name} of the pods on this node
 * @param endpoints addresses in the endpoint slices of the whole cluster
 * @param slicesCaptured whether the slices were in the bundle at all
 * @param intent the services and slices themselves
 */
public record KubernetesView(
        SortedMap<Endpoint, String> services,
        SortedMap<IpAddress, String> pods,
        SortedSet<IpAddress> endpoints,
        boolean slicesCaptured,
        Intent intent) {

    public Optional<String> serviceName(Endpoint frontend) {
        return Optional.ofNullable(services.get(frontend));
    }

    public Optional<String> podName(IpAddress address) {
        return Optional.ofNullable(pods.get(address));
    }
}
