package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.View;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Traffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks up every SYN destination in every generation: as a frontend, as a backend, and of which services. */
final class Correlation {
    private final Datapath datapath;
    private final Set<Endpoint> seen;
    private final Map<Integer, Map<Endpoint, List<Backend>>> backendsByEndpoint = new HashMap<>();
    private final Map<Integer, Map<Long, SortedSet<Frontend>>> frontendsByBackend = new HashMap<>();

    private Correlation(Datapath datapath, Set<Endpoint> seen) {
        this.datapath = datapath;
        this.seen = seen;
    }

    static List<CorrelatedDestination> of(Traffic traffic, Datapath datapath) {
        Set<Endpoint> seen =
                traffic.destinations().stream().map(Destination::endpoint).collect(Collectors.toSet());
        Correlation correlation = new Correlation(datapath, seen);
        correlation.index();
        return traffic.destinations().stream().map(correlation::correlate).toList();
    }

    /** Indexes only what was seen: a large node has far more backends than a capture has destinations. */
    private void index() {
        datapath.backends().forEach((mapId, table) -> {
            Map<Endpoint, List<Backend>> byEndpoint = new HashMap<>();
            Map<Long, SortedSet<Frontend>> byBackend = new HashMap<>();
            for (Backend backend : table.values()) {
                if (seen.contains(backend.endpoint())) {
                    byEndpoint
                            .computeIfAbsent(backend.endpoint(), e -> new ArrayList<>(1))
                            .add(backend);
                    byBackend.put(backend.id(), new TreeSet<>());
                }
            }
            backendsByEndpoint.put(mapId, byEndpoint);
            frontendsByBackend.put(mapId, byBackend);
        });
        Set<List<Optional<Integer>>> indexed = new HashSet<>(); // many programs read the same two maps
        for (View view : datapath.views().values()) {
            for (Family family : Family.values()) {
                Optional<Integer> backends = view.backends(family).mapId();
                if (indexed.add(List.of(view.services(family).mapId(), backends))) {
                    backends.ifPresent(mapId -> indexServices(view, family, mapId));
                }
            }
        }
    }

    /** Slots name backends by ids that are valid only in the backends map of the same view. */
    private void indexServices(View view, Family family, int backendsMap) {
        Map<Long, SortedSet<Frontend>> byBackend = frontendsByBackend.getOrDefault(backendsMap, Map.of());
        if (byBackend.isEmpty()) {
            return;
        }
        view.services(family).content().ifPresent(services -> {
            for (Service service : services.values()) {
                for (Slot slot : service.selectable()) {
                    SortedSet<Frontend> frontends = byBackend.get(slot.backendId());
                    if (frontends != null) {
                        frontends.add(service.frontend());
                    }
                }
            }
        });
    }

    private CorrelatedDestination correlate(Destination destination) {
        List<Appearance> appearances = new ArrayList<>();
        for (Generation generation : datapath.generations()) {
            addFrontend(appearances, generation, destination.endpoint());
            addBackends(appearances, generation, destination.endpoint());
        }
        return new CorrelatedDestination(destination, classify(appearances), List.copyOf(appearances));
    }

    private void addFrontend(List<Appearance> appearances, Generation generation, Endpoint endpoint) {
        SortedMap<Frontend, Service> services = datapath.services().get(generation.mapId());
        if (services == null) {
            return;
        }
        for (Protocol protocol : List.of(Protocol.TCP, Protocol.ANY)) {
            Frontend frontend = Frontend.external(endpoint, protocol);
            Service service = services.get(frontend);
            if (service != null) {
                appearances.add(
                        new Appearance(generation, Appearance.Role.FRONTEND, List.of(frontend), service.source()));
            }
        }
    }

    private void addBackends(List<Appearance> appearances, Generation generation, Endpoint endpoint) {
        List<Backend> backends =
                backendsByEndpoint.getOrDefault(generation.mapId(), Map.of()).getOrDefault(endpoint, List.of());
        Map<Long, SortedSet<Frontend>> frontends = frontendsByBackend.getOrDefault(generation.mapId(), Map.of());
        for (Backend backend : backends) {
            appearances.add(new Appearance(
                    generation,
                    Appearance.Role.BACKEND,
                    List.copyOf(frontends.getOrDefault(backend.id(), new TreeSet<>())),
                    backend.source()));
        }
    }

    private Classification classify(List<Appearance> appearances) {
        if (datapath.services().isEmpty() && datapath.backends().isEmpty()) {
            return Classification.CANNOT_TELL;
        }
        boolean current = hasBackend(appearances, true);
        boolean stale = hasBackend(appearances, false);
        if (current) {
            return stale ? Classification.BACKEND_OF_SEVERAL : Classification.CURRENT_BACKEND_ONLY;
        }
        if (stale) {
            return Classification.STALE_BACKEND_ONLY;
        }
        return appearances.isEmpty() ? Classification.IN_NO_GENERATION : Classification.UNTRANSLATED_FRONTEND;
    }

    private static boolean hasBackend(List<Appearance> appearances, boolean current) {
        return appearances.stream()
                .filter(appearance -> appearance.as() == Appearance.Role.BACKEND)
                .anyMatch(appearance -> appearance.generation().isCurrent() == current);
    }
}
