package io.ghostmap.datapath;

import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What one program sees: the tables that it references itself, and those of the programs that it can tail-call. Backend
 * ids are only looked up in the backends table of the same view, because two generations use one id for different backends.
 *
 * @param madeFor the hook that the program is made for, if its name shows it
 * @param maps ids of all maps within its reach, also through prog arrays and maps of maps
 * @param others its maps of further roles, as they were dumped: only its load balancer knows what they mean
 */
public record View(
        BpfProgram program,
        Optional<AttachType> madeFor,
        SortedSet<Integer> maps,
        FamilyTables ipv4,
        FamilyTables ipv6,
        SortedMap<MapRole, Table<MapDump>> others) {

    /** The map of that role; none if the program has no such map. */
    public Table<MapDump> table(MapRole role) {
        return others.getOrDefault(role, Table.none());
    }

    public FamilyTables tables(Family family) {
        return family == Family.IPV4 ? ipv4 : ipv6;
    }

    public Table<SortedMap<Frontend, Service>> services(Family family) {
        return tables(family).services();
    }

    public Table<SortedMap<Long, Backend>> backends(Family family) {
        return tables(family).backends();
    }

    public Table<SortedMap<Frontend, Service>> servicesV4() {
        return ipv4.services();
    }

    public Table<SortedMap<Frontend, Service>> servicesV6() {
        return ipv6.services();
    }

    public Table<SortedMap<Long, Backend>> backendsV4() {
        return ipv4.backends();
    }

    public Table<SortedMap<Long, Backend>> backendsV6() {
        return ipv6.backends();
    }

    /** The services table with that map id, if this view reads it and it was dumped. */
    Optional<SortedMap<Frontend, Service>> servicesIn(int mapId) {
        return Stream.of(servicesV4(), servicesV6())
                .filter(table -> table.mapId().filter(id -> id == mapId).isPresent())
                .findFirst()
                .flatMap(Table::content);
    }

    /** The services tables that this view reads and that were dumped. */
    List<Integer> servicesMaps() {
        return Stream.of(servicesV4(), servicesV6())
                .filter(table -> table.content().isPresent())
                .flatMap(table -> table.mapId().stream())
                .toList();
    }

    /** The entry that this view has for exactly that frontend: address, port, protocol and scope. */
    public Optional<Service> service(Frontend frontend) {
        Optional<SortedMap<Frontend, Service>> table =
                services(Family.of(frontend.endpoint().address())).content();
        return table.isPresent() ? Optional.ofNullable(table.get().get(frontend)) : Optional.empty();
    }

    /** The backend of a slot of one of this view's services. */
    public Optional<Backend> backend(Family family, Slot slot) {
        return backends(family).content().flatMap(table -> Optional.ofNullable(table.get(slot.backendId())));
    }

    /** The backends of the service's selectable slots, as far as they are in this view. */
    public SortedSet<Endpoint> backendsOf(Service service) {
        return new TreeSet<>(endpointsOf(service));
    }

    /** Whether both services have the same number of selectable slots, with the same backends one by one. */
    boolean leadsAs(Service service, View other, Service others) {
        List<Slot> slots = service.selectable();
        List<Slot> theirs = others.selectable();
        Family family = Family.of(service.frontend().endpoint().address());
        Optional<SortedMap<Long, Backend>> backends = backends(family).content();
        Optional<SortedMap<Long, Backend>> theirBackends =
                other.backends(family).content();
        if (slots.size() != theirs.size() || backends.isEmpty() || theirBackends.isEmpty()) {
            return false;
        }
        for (int i = 0; i < slots.size(); i++) {
            Backend backend = backends.get().get(slots.get(i).backendId());
            Backend their = theirBackends.get().get(theirs.get(i).backendId());
            if (backend == null || their == null || !backend.endpoint().equals(their.endpoint())) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #backendsOf}, slot by slot. */
    private List<Endpoint> endpointsOf(Service service) {
        Optional<SortedMap<Long, Backend>> backends =
                backends(Family.of(service.frontend().endpoint().address())).content();
        List<Endpoint> endpoints = new ArrayList<>();
        if (backends.isPresent()) {
            for (Slot slot : service.selectable()) {
                Backend backend = backends.get().get(slot.backendId());
                if (backend != null) {
                    endpoints.add(backend.endpoint());
                }
            }
        }
        return endpoints;
    }
}
