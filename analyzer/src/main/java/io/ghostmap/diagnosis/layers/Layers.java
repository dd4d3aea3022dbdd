package io.ghostmap.diagnosis.layers;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Slot;
import io.ghostmap.evidence.AgentEvidence.FrontendList;
import io.ghostmap.evidence.agent.AgentFrontend;
import io.ghostmap.evidence.kubernetes.Intent;
import io.ghostmap.evidence.kubernetes.ServiceObject;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The frontends of a node in their layers. */
public final class Layers {
    /** The current services map of one family, and the backends that belong to it. */
    private record Current(
            int mapId, SortedMap<Frontend, Service> services, Map<Long, Backend> backends, boolean whole) {}

    private final Intent intent;
    private final FrontendList agent;
    private final String node;
    private final Map<Family, Current> current = new EnumMap<>(Family.class);
    private final Map<Frontend, AgentFrontend> believed = new HashMap<>();
    private final SortedMap<Frontend, FrontendLayers> frontends = new TreeMap<>();

    private Layers(Intent intent, FrontendList agent, Datapath datapath, String node) {
        this.intent = intent;
        this.agent = agent;
        this.node = node;
        for (Family family : Family.values()) {
            currentOf(datapath, family).ifPresent(map -> current.put(family, map));
        }
        for (AgentFrontend known : agent.frontends()) {
            believed.putIfAbsent(new Frontend(known.endpoint(), known.protocol(), known.internalScope()), known);
        }
    }

    /** {@code node}: the name that Kubernetes has for this node; empty if it is not known. */
    public static Layers of(Intent intent, FrontendList agent, Datapath datapath, String node) {
        Layers layers = new Layers(intent, agent, datapath, node);
        layers.frontendsOfAll()
                .forEach(frontend -> layers.frontends.put(
                        frontend,
                        new FrontendLayers(
                                frontend, layers.wanted(frontend), layers.believed(frontend), layers.held(frontend))));
        return layers;
    }

    /** In order of addresses: all that a client can ask for by any of the layers. */
    public Collection<FrontendLayers> all() {
        return Collections.unmodifiableCollection(frontends.values());
    }

    public Optional<FrontendLayers> of(Frontend frontend) {
        return Optional.ofNullable(frontends.get(frontend));
    }

    /** Whether all three layers were captured whole, for at least one family. */
    public boolean isWhole() {
        return intent.isWhole()
                && agent.whole()
                && !current.isEmpty()
                && current.values().stream().allMatch(Current::whole);
    }

    private Collection<Frontend> frontendsOfAll() {
        SortedSet<Frontend> all = new TreeSet<>();
        current.values()
                .forEach(map -> map.services.keySet().stream()
                        .filter(frontend -> frontend.endpoint().port() != 0) // the rest drops what no service asks for
                        .forEach(all::add));
        believed.values().stream()
                .filter(AgentFrontend::isInDatapath)
                .forEach(known -> addUnlessAny(all, known.endpoint(), known.protocol(), known.internalScope()));
        for (ServiceObject service : intent.services()) {
            for (ServiceObject.Port port : service.ports()) {
                service.clusterIps()
                        .forEach(address ->
                                addUnlessAny(all, new Endpoint(address, port.port()), port.protocol(), false));
            }
        }
        return all;
    }

    /** An entry for every protocol, as in maps up to 1.16, counts for this one. */
    private static void addUnlessAny(Set<Frontend> all, Endpoint endpoint, Protocol protocol, boolean internal) {
        if (!all.contains(new Frontend(endpoint, Protocol.ANY, internal))) {
            all.add(new Frontend(endpoint, protocol, internal));
        }
    }

    private Wanted wanted(Frontend frontend) {
        Endpoint endpoint = frontend.endpoint();
        Optional<Intent.Claim> claim = intent.at(endpoint, frontend.protocol())
                .or(() -> isNodePort(frontend)
                        ? intent.atNodePort(endpoint.port(), frontend.protocol())
                        : Optional.empty());
        if (claim.isEmpty()) {
            return intent.servicesRead() == Intent.Completeness.WHOLE
                    ? new Wanted.NoService()
                    : new Wanted.NotCaptured();
        }
        if (intent.slicesRead() != Intent.Completeness.WHOLE) {
            return new Wanted.NotCaptured();
        }
        List<SliceEndpoint> endpoints = intent.endpoints(
                claim.get().service().ref(),
                claim.get().port(),
                endpoint.address().isV4());
        return new Wanted.Claimed(
                claim.get(),
                endpoints,
                endpoints.stream().filter(each -> each.node().equals(node)).toList());
    }

    /** A surrogate entry, or one that the map or the agent marks as a node port. */
    private boolean isNodePort(Frontend frontend) {
        AgentFrontend known = believed.get(frontend);
        return frontend.endpoint().address().isUnspecified()
                || (known != null && known.type() == AgentFrontend.Type.NODE_PORT)
                || Optional.ofNullable(current.get(Family.of(frontend.endpoint().address())))
                        .flatMap(map -> Optional.ofNullable(map.services.get(frontend)))
                        .filter(service -> service.marks().isNodePort())
                        .isPresent();
    }

    private Believed believed(Frontend frontend) {
        AgentFrontend known = believed.get(frontend);
        if (known == null && frontend.protocol() == Protocol.ANY) {
            known = List.of(Protocol.TCP, Protocol.UDP, Protocol.SCTP).stream()
                    .flatMap(protocol -> Optional.ofNullable(
                            believed.get(new Frontend(frontend.endpoint(), protocol, frontend.internalScope())))
                            .stream())
                    .findFirst()
                    .orElse(null);
        }
        if (known != null) {
            return new Believed.Known(known);
        }
        return agent.whole() ? new Believed.Absent() : new Believed.NotCaptured();
    }

    private Held held(Frontend frontend) {
        Current map = current.get(Family.of(frontend.endpoint().address()));
        if (map == null) {
            return new Held.NotCaptured();
        }
        Service service = map.services.get(frontend);
        if (service == null) {
            return map.whole ? new Held.Absent(map.mapId) : new Held.NotCaptured();
        }
        List<Backend> chosen = new ArrayList<>();
        List<Backend> further = new ArrayList<>();
        for (Slot slot : service.slots()) {
            Optional.ofNullable(map.backends.get(slot.backendId()))
                    .ifPresent(slot.index() <= service.count() ? chosen::add : further::add);
        }
        return new Held.Known(map.mapId, service, chosen, further, service.count() - chosen.size());
    }

    /** Of several current services maps of one family, as two agents have them, none is the node's own for certain. */
    private static Optional<Current> currentOf(Datapath datapath, Family family) {
        List<Generation> services = datapath.generations().stream()
                .filter(generation -> generation.role().kind() == MapRole.Kind.SERVICES
                        && generation.role().family().filter(of -> of == family).isPresent())
                .filter(Generation::isCurrent)
                .toList();
        List<Generation> backends = datapath.generations().stream()
                .filter(generation -> generation.role().kind() == MapRole.Kind.BACKENDS
                        && generation.role().family().filter(of -> of == family).isPresent())
                .filter(Generation::isCurrent)
                .toList();
        if (services.size() != 1 || !services.get(0).usable() || backends.size() > 1) {
            return Optional.empty();
        }
        int mapId = services.get(0).mapId();
        Map<Long, Backend> table = backends.isEmpty()
                ? Map.of()
                : datapath.backends().getOrDefault(backends.get(0).mapId(), Collections.emptySortedMap());
        boolean whole = services.get(0).damage().isEmpty()
                && backends.stream()
                        .allMatch(map -> map.usable() && map.damage().isEmpty());
        return Optional.of(new Current(
                mapId, datapath.services().getOrDefault(mapId, Collections.emptySortedMap()), table, whole));
    }

    /** Whether an address is a backend's in any slice of the cluster, if the slices are whole. */
    public Optional<Boolean> isInAnySlice(IpAddress address) {
        return intent.slicesRead() == Intent.Completeness.WHOLE
                ? Optional.of(intent.hasEndpoint(address))
                : Optional.empty();
    }
}
