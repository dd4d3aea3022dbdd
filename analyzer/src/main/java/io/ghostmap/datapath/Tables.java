package io.ghostmap.datapath;

import io.ghostmap.bundle.Gap;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The maps of the load balancers by map id, decoded if others than their own programs read them. An id of one map is never
 * looked up in another one here.
 */
final class Tables {
    final SortedMap<Integer, SortedMap<Frontend, Service>> services = new TreeMap<>();
    final SortedMap<Integer, SortedMap<Long, Backend>> backends = new TreeMap<>();
    final SortedMap<Integer, SortedMap<Endpoint, List<ReverseSkEntry>>> reverseSk = new TreeMap<>();

    final SortedMap<Integer, List<ServiceConnection>> serviceConnections = new TreeMap<>();

    /** Of current maps of counters, in the order of their ids. */
    final List<Drops> drops = new ArrayList<>();

    /** The dumps of all maps that have a role. */
    final SortedMap<Integer, MapDump> dumps = new TreeMap<>();

    private Tables() {}

    /** {@code gaps} takes what contradicts the list of maps. */
    static Tables decode(Evidence evidence, MapRoles roles, List<Gap> gaps) {
        Tables tables = new Tables();
        List<Decoding> decodings = evidence.bpf().state().maps().all().stream()
                .flatMap(map -> roles.of(map.id()).stream()
                        .flatMap(role -> dump(evidence, map, role)
                                .filter(dump -> isOf(map, dump, gaps))
                                .flatMap(dump -> roles.owner(map.id()).map(owner -> new Decoding(owner, role, dump)))
                                .stream()))
                .toList();
        List<Runnable> results = decodings.parallelStream().map(tables::decode).toList();
        results.forEach(Runnable::run);
        decodings.stream()
                .filter(decoding -> decoding.role.kind() == MapRole.Kind.METRICS)
                .forEach(decoding -> Optional.ofNullable(
                                evidence.bpf().countersBefore().get(decoding.dump.mapId()))
                        .filter(before -> before.count() > 0
                                && before.keyBytes() == decoding.dump.keyBytes()
                                && before.valueBytes() == decoding.dump.valueBytes())
                        .ifPresent(before -> tables.drops.addAll(decoding.owner.drops(before, decoding.dump))));
        decodings.forEach(decoding -> tables.dumps.put(decoding.dump.mapId(), decoding.dump));
        return tables;
    }

    private static Optional<MapDump> dump(Evidence evidence, BpfMap map, MapRole role) {
        return switch (role.kind()) {
            case CT_TCP, CT_ANY -> evidence.bpf().serviceConntrack(map.id());
            default -> evidence.bpf().dump(map.id());
        };
    }

    /** A dump, and of what map it is. */
    private record Decoding(LoadBalancer owner, MapRole role, MapDump dump) {}

    /** A dump whose rows have other sizes than the map is no dump of that map. */
    private static boolean isOf(BpfMap map, MapDump dump, List<Gap> gaps) {
        if (dump.count() > 0 && (dump.keyBytes() != map.keyBytes() || dump.valueBytes() != map.valueBytes())) {
            gaps.add(new Gap(
                    dump.artifact(), Text.of("the sizes of its entries are not those of map {}", Term.map(map.id()))));
            return false;
        }
        return dump.count() > 0 || dump.damage().isEmpty();
    }

    /** Decodes now, on whatever thread; what it returns puts the result in its place. */
    private Runnable decode(Decoding decoding) {
        LoadBalancer balancer = decoding.owner();
        MapDump dump = decoding.dump();
        Family family = decoding.role().family().orElse(Family.IPV4);
        return switch (decoding.role().kind()) {
            case SERVICES -> into(services, dump, balancer.services(dump, family));
            case BACKENDS -> into(backends, dump, balancer.backends(dump, family));
            case REVERSE_SK -> into(reverseSk, dump, balancer.reverseSk(dump, family));
            case CT_TCP, CT_ANY -> into(serviceConnections, dump, balancer.serviceConnections(dump, decoding.role()));
            default ->
                () -> {
                    // decoded by the programs that read it, or shown row by row
                };
        };
    }

    private static <T> Runnable into(SortedMap<Integer, T> byMap, MapDump dump, T decoded) {
        return () -> byMap.put(dump.mapId(), decoded);
    }
}
