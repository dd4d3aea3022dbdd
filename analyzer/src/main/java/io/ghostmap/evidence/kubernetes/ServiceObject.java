package io.ghostmap.evidence.kubernetes;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.List;

/**
 * A Service of Kubernetes ({@code v1.Service}).
 *
 * @param clusterIps empty for a headless service and for one of type ExternalName
 * @param externalIps {@code spec.externalIPs}
 * @param ingressIps {@code status.loadBalancer.ingress[].ip}
 * @param selects whether it has a selector; without one its endpoint slices are written by hand or by another controller
 */
public record ServiceObject(
        ServiceRef ref,
        Type type,
        List<IpAddress> clusterIps,
        List<IpAddress> externalIps,
        List<IpAddress> ingressIps,
        List<Port> ports,
        Policy internalTrafficPolicy,
        Policy externalTrafficPolicy,
        boolean selects,
        Citation source) {

    public ServiceObject {
        clusterIps = List.copyOf(clusterIps);
        externalIps = List.copyOf(externalIps);
        ingressIps = List.copyOf(ingressIps);
        ports = List.copyOf(ports);
    }

    /** {@code spec.type}. */
    public enum Type {
        CLUSTER_IP,
        NODE_PORT,
        LOAD_BALANCER,
        EXTERNAL_NAME,
        /** A word that no known release has. */
        OTHER
    }

    /** {@code spec.internalTrafficPolicy} and {@code spec.externalTrafficPolicy}. */
    public enum Policy {
        CLUSTER,
        /** Only backends on the node of the client, or on the node where a packet enters the cluster. */
        LOCAL
    }

    /**
     * An element of {@code spec.ports}.
     *
     * @param name empty if the service has a single port without a name
     * @param nodePort 0 if there is none
     */
    public record Port(String name, Protocol protocol, int port, int nodePort) {}
}
