package io.ghostmap.datapath;

import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedMap;

/** The tables of one address family that a program reads. IPv4 destinations of AF_INET6 sockets use the IPv4 ones. */
public record FamilyTables(
        Table<SortedMap<Frontend, Service>> services,
        Table<SortedMap<Long, Backend>> backends,
        Table<SortedMap<Endpoint, List<ReverseSkEntry>>> reverseSk,
        Table<SortedMap<Integer, List<Affinity>>> affinity,
        Table<SortedMap<Endpoint, List<SkipEntry>>> skipLb) {

    /** Connections to that address that are left alone, by the network namespace that they come from. */
    public List<SkipEntry> skipped(Endpoint frontend) {
        return skipLb.content().map(table -> table.get(frontend)).orElse(List.of());
    }

    /** Which backend each client of one service had last. */
    public List<Affinity> affinityOf(int revNatId) {
        return affinity.content().map(table -> table.get(revNatId)).orElse(List.of());
    }
}
