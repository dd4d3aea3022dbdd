package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.Evidence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What each map is and whose it is, and which maps of one load balancer have one role. */
final class MapRoles {
    private final SortedMap<Integer, Identity> identities = new TreeMap<>();
    private final SortedMap<Integer, LoadBalancer> owners = new TreeMap<>();
    private final Map<LoadBalancer, SortedMap<MapRole, List<BpfMap>>> byOwner = new HashMap<>();

    private MapRoles() {}

    /** Of two load balancers that know a map the former has it. */
    static MapRoles of(Evidence evidence, List<LoadBalancer> balancers, Reach reach) {
        MapRoles roles = new MapRoles();
        for (BpfMap map : evidence.bpf().state().maps().all()) {
            for (LoadBalancer balancer : balancers) {
                Optional<Identity> identity = balancer.identify(
                        map, reach.usersOf(map.id()), evidence.bpf().dump(map.id()));
                if (identity.isPresent()) {
                    roles.add(balancer, map, identity.get());
                    break;
                }
            }
        }
        return roles;
    }

    private void add(LoadBalancer owner, BpfMap map, Identity identity) {
        identities.put(map.id(), identity);
        owners.put(map.id(), owner);
        identity.role()
                .ifPresent(role -> byOwner.computeIfAbsent(owner, o -> new TreeMap<>())
                        .computeIfAbsent(role, r -> new ArrayList<>())
                        .add(map));
    }

    /** By map id; also those that can be one of several. */
    SortedMap<Integer, Identity> identities() {
        return Collections.unmodifiableSortedMap(identities);
    }

    /** By map id. */
    SortedMap<Integer, LoadBalancer> owners() {
        return Collections.unmodifiableSortedMap(owners);
    }

    Optional<Identity> identity(int mapId) {
        return Optional.ofNullable(identities.get(mapId));
    }

    Optional<LoadBalancer> owner(int mapId) {
        return Optional.ofNullable(owners.get(mapId));
    }

    /** Empty for a map of no load balancer, and for one that can be one of several. */
    Optional<MapRole> of(int mapId) {
        return identity(mapId).flatMap(Identity::role);
    }

    boolean isServices(int mapId) {
        return of(mapId).filter(MapRole::isServices).isPresent();
    }

    /** By role, in their order; the maps of a role from the oldest to the youngest. */
    SortedMap<MapRole, List<BpfMap>> maps(LoadBalancer owner) {
        return byOwner.getOrDefault(owner, Collections.emptySortedMap());
    }

    /** Of these maps the ones that have that role, each once. */
    List<Integer> ofRole(Collection<Integer> maps, MapRole role) {
        return maps.stream()
                .filter(id -> of(id).filter(role::equals).isPresent())
                .distinct()
                .toList();
    }
}
