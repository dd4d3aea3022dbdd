package io.ghostmap.datapath;

import io.ghostmap.net.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The tables of one address family that a program reads. IPv4 destinations of AF_INET6 sockets use the IPv4 ones. */
public record FamilyTables(
        Table<SortedMap<Frontend, Service>> services,
        Table<SortedMap<Long, Backend>> backends,
        Table<SortedMap<Integer, ReverseNat>> reverseNat,
        Table<List<ReverseSkEntry>> reverseSk,
        Table<List<Affinity>> affinity,
        Table<List<SourceRange>> sourceRanges,
        Table<List<SkipEntry>> skipLb) {

    /** The source ranges of one service; none where the table was not dumped. */
    public List<SourceRange> sourceRanges(int revNatId) {
        return sourceRanges.content().orElse(List.of()).stream()
                .filter(range -> range.revNatId() == revNatId)
                .toList();
    }

    /** The longest of the service's source ranges that contains the address. */
    public Optional<SourceRange> sourceRange(int revNatId, IpAddress client) {
        return sourceRanges(revNatId).stream()
                .filter(range -> range.contains(client))
                .max((a, b) -> Integer.compare(a.prefixLength(), b.prefixLength()));
    }

    /** Connections to that frontend that are left alone, by the network namespace that they come from. */
    public List<SkipEntry> skipped(Frontend frontend) {
        return skipLb.content().orElse(List.of()).stream()
                .filter(skip -> skip.frontend().equals(frontend.endpoint()))
                .toList();
    }

    /** Which backend each client of one service had last. */
    public List<Affinity> affinityOf(int revNatId) {
        return affinity.content().orElse(List.of()).stream()
                .filter(entry -> entry.revNatId() == revNatId)
                .toList();
    }
}
