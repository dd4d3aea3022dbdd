package io.ghostmap.evidence.kubernetes;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What Kubernetes wants of the services of the cluster, with a look-up by the address that a client asks for. */
public final class Intent {
    /** Nothing was captured. */
    public static final Intent NOT_CAPTURED =
            new Intent(new TreeMap<>(), Map.of(), Completeness.ABSENT, Completeness.ABSENT);

    /** How much of a list the bundle has. */
    public enum Completeness {
        ABSENT,
        /** It ends early: what it lacks may exist. */
        PART,
        WHOLE
    }

    /** The role of an address for a service. */
    public enum Offer {
        CLUSTER_IP,
        EXTERNAL_IP,
        LOAD_BALANCER_IP,
        /** On every address of every node. */
        NODE_PORT
    }

    /** A port of a service, at the address that a client asked for. */
    public record Claim(ServiceObject service, ServiceObject.Port port, Offer offer) {}

    private record Asked(Endpoint endpoint, Protocol protocol) {}

    private record NodePort(int port, Protocol protocol) {}

    private final SortedMap<ServiceRef, ServiceObject> services;
    private final Map<ServiceRef, List<SliceObject>> slices;
    private final Completeness servicesRead;
    private final Completeness slicesRead;
    private final Map<Asked, Claim> claims = new HashMap<>();
    private final Map<NodePort, Claim> nodePorts = new HashMap<>();
    private final SortedSet<IpAddress> addresses = new TreeSet<>();

    Intent(
            SortedMap<ServiceRef, ServiceObject> services,
            Map<ServiceRef, List<SliceObject>> slices,
            Completeness servicesRead,
            Completeness slicesRead) {
        this.services = Collections.unmodifiableSortedMap(services);
        this.slices = slices;
        this.servicesRead = servicesRead;
        this.slicesRead = slicesRead;
        services.values().forEach(this::index);
        slices.values()
                .forEach(list ->
                        list.forEach(slice -> slice.addresses().forEach(address -> addresses.add(address.address()))));
    }

    /** If two services claim an address, the first in order of names has it; API servers refuse that for cluster IPs. */
    private void index(ServiceObject service) {
        for (ServiceObject.Port port : service.ports()) {
            index(service, port, service.clusterIps(), Offer.CLUSTER_IP);
            index(service, port, service.externalIps(), Offer.EXTERNAL_IP);
            index(service, port, service.ingressIps(), Offer.LOAD_BALANCER_IP);
            if (port.nodePort() > 0) {
                nodePorts.putIfAbsent(
                        new NodePort(port.nodePort(), port.protocol()), new Claim(service, port, Offer.NODE_PORT));
            }
        }
    }

    private void index(ServiceObject service, ServiceObject.Port port, List<IpAddress> at, Offer offer) {
        for (IpAddress address : at) {
            claims.putIfAbsent(
                    new Asked(new Endpoint(address, port.port()), port.protocol()), new Claim(service, port, offer));
        }
    }

    public Completeness servicesRead() {
        return servicesRead;
    }

    public Completeness slicesRead() {
        return slicesRead;
    }

    /** Whether a service or an endpoint that the lists lack does not exist. */
    public boolean isWhole() {
        return servicesRead == Completeness.WHOLE && slicesRead == Completeness.WHOLE;
    }

    /** In order of namespaces and names. */
    public Collection<ServiceObject> services() {
        return services.values();
    }

    public Optional<ServiceObject> service(ServiceRef ref) {
        return Optional.ofNullable(services.get(ref));
    }

    /** What is offered at an address of a service; {@link Protocol#ANY} finds TCP before UDP before SCTP. */
    public Optional<Claim> at(Endpoint endpoint, Protocol protocol) {
        return find(protocol, each -> claims.get(new Asked(endpoint, each)));
    }

    /** What is offered at a port of every node. */
    public Optional<Claim> atNodePort(int port, Protocol protocol) {
        return find(protocol, each -> nodePorts.get(new NodePort(port, each)));
    }

    private interface Lookup {
        @Nullable Claim of(Protocol protocol);
    }

    private static Optional<Claim> find(Protocol protocol, Lookup lookup) {
        List<Protocol> asked =
                protocol == Protocol.ANY ? List.of(Protocol.TCP, Protocol.UDP, Protocol.SCTP) : List.of(protocol);
        for (Protocol each : asked) {
            Claim found = lookup.of(each);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /**
     * The endpoints that the slices offer for that port of the service, of one address family, in order of addresses
     * without doubles: the best state counts if two slices have the same address.
     */
    public List<SliceEndpoint> endpoints(ServiceRef service, ServiceObject.Port port, boolean v4) {
        SortedMap<Endpoint, SliceEndpoint> found = new TreeMap<>();
        for (SliceObject slice : slices.getOrDefault(service, List.of())) {
            for (SliceObject.Port offered : slice.ports()) {
                if (offered.name().equals(port.name()) && offered.protocol() == port.protocol()) {
                    for (SliceObject.Address address : slice.addresses()) {
                        if (address.address().isV4() == v4) {
                            SliceEndpoint endpoint = endpoint(slice, offered, address);
                            found.merge(endpoint.endpoint(), endpoint, Intent::better);
                        }
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static SliceEndpoint endpoint(SliceObject slice, SliceObject.Port port, SliceObject.Address address) {
        return new SliceEndpoint(
                new Endpoint(address.address(), port.port()),
                address.state(),
                address.node(),
                address.zone(),
                address.target(),
                slice.source());
    }

    private static SliceEndpoint better(SliceEndpoint one, SliceEndpoint other) {
        return one.state().compareTo(other.state()) <= 0 ? one : other;
    }

    /** Whether any slice of the cluster has this address, whatever its state. */
    public boolean hasEndpoint(IpAddress address) {
        return addresses.contains(address);
    }

    /** All endpoints with that address and port, in any slice of the cluster. */
    public List<SliceEndpoint> endpointsAt(Endpoint endpoint) {
        if (!addresses.contains(endpoint.address())) {
            return List.of();
        }
        List<SliceEndpoint> found = new ArrayList<>();
        slices.values()
                .forEach(list -> list.forEach(slice -> slice.ports().stream()
                        .filter(port -> port.port() == endpoint.port())
                        .forEach(port -> slice.addresses().stream()
                                .filter(address -> address.address().equals(endpoint.address()))
                                .forEach(address -> found.add(endpoint(slice, port, address))))));
        return List.copyOf(found);
    }
}
