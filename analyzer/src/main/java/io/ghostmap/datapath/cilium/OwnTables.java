package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.net.Endpoint;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/** The maps that nothing but Cilium's own programs reads: each is decoded once, when a program first needs it. */
final class OwnTables {
    private final ByteOrder order;
    private final Map<Integer, SortedMap<Integer, List<Affinity>>> affinity = new ConcurrentHashMap<>();
    private final Map<Integer, AffinityMatches> matches = new ConcurrentHashMap<>();
    private final Map<Integer, SortedMap<Endpoint, List<SkipEntry>>> skipped = new ConcurrentHashMap<>();
    private final Map<Integer, IpCacheTable> ipCaches = new ConcurrentHashMap<>();
    private final Map<Integer, KnownEndpoints> known = new ConcurrentHashMap<>();

    private final Map<Integer, Boolean> proxied = new ConcurrentHashMap<>();

    OwnTables(ByteOrder order) {
        this.order = order;
    }

    /** Which backend each client had last, by the id of the service; of one service in the order of the keys. */
    Table<SortedMap<Integer, List<Affinity>>> affinity(View view, Family family) {
        return view.table(MapRole.of(Kind.AFFINITY, family))
                .map(dump -> affinity.computeIfAbsent(dump.mapId(), id -> Sessions.affinity(dump, family, order)));
    }

    Table<AffinityMatches> affinityMatches(View view) {
        return view.table(MapRole.of(Kind.AFFINITY_MATCH))
                .map(dump -> matches.computeIfAbsent(dump.mapId(), id -> Sessions.affinityMatches(dump, order)));
    }

    /** Connections that are left alone, by where they go; of one address in the order of the namespaces. */
    Table<SortedMap<Endpoint, List<SkipEntry>>> skipped(View view, Family family) {
        return view.table(MapRole.of(Kind.SKIP_LB, family))
                .map(dump -> skipped.computeIfAbsent(dump.mapId(), id -> Sessions.skipped(dump, family, order)));
    }

    Table<IpCacheTable> ipCache(View view) {
        return view.table(MapRole.of(Kind.IPCACHE))
                .map(dump -> ipCaches.computeIfAbsent(dump.mapId(), id -> new IpCacheTable(dump, order)));
    }

    /** Whether any service of the map goes to a proxy. */
    boolean hasProxied(Table<SortedMap<Frontend, Service>> services) {
        return services.mapId().isPresent()
                && services.content().isPresent()
                && proxied.computeIfAbsent(
                        services.mapId().get(),
                        id -> services.content().get().values().stream()
                                .anyMatch(service -> ServiceMarks.of(service).has(ServiceFlag.L7_LOAD_BALANCER)));
    }

    /** Empty of a map that was not dumped whole, or is not known. */
    Optional<KnownEndpoints> known(Table<SortedMap<Frontend, Service>> services) {
        if (!services.whole() || services.mapId().isEmpty()) {
            return Optional.empty();
        }
        return services.content()
                .map(table -> known.computeIfAbsent(services.mapId().get(), id -> new KnownEndpoints(table.keySet())));
    }
}
