package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.AffinitySession;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.datapath.OrderedTable;
import io.ghostmap.datapath.ReverseNat;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.ServiceConnection;
import io.ghostmap.datapath.SourceRange;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables other than services and backends: by id, by socket, by client. */
final class Sessions {
    private static final int NETNS_COOKIE = 0x01;
    private static final int BITS_AHEAD_OF_ADDRESS = 32;

    private Sessions() {}

    static SortedMap<Integer, ReverseNat> reverseNat(MapDump dump, Family family, ByteOrder order) {
        Map<Integer, ReverseNat> byId = new HashMap<>();
        MapRole role = MapRole.of(Kind.REVERSE_NAT, family);
        decode(dump, role, layout -> {
                    Field id = layout.keyField("rev_nat_id");
                    Field address = layout.valueField("address");
                    Field port = layout.valueField("port");
                    return entry -> new ReverseNat(
                            id.small(entry.key(), order), address.endpointWith(port, entry.value()), entry);
                })
                .forEach(nat -> byId.put(nat.revNatId(), nat));
        return OrderedTable.of(byId);
    }

    static SortedMap<Endpoint, List<ReverseSkEntry>> reverseSk(MapDump dump, Family family, ByteOrder order) {
        MapRole role = MapRole.of(Kind.REVERSE_SK, family);
        List<ReverseSkEntry> entries = decode(dump, role, layout -> {
                    Field cookie = layout.keyField("cookie");
                    Field backend = layout.keyField("address");
                    Field backendPort = layout.keyField("port");
                    Field frontend = layout.valueField("address");
                    Field frontendPort = layout.valueField("port");
                    Field id = layout.valueField("rev_nat_id");
                    return entry -> {
                        byte[] key = entry.key();
                        byte[] value = entry.value();
                        return new ReverseSkEntry(
                                cookie.number(key, order),
                                backend.endpointWith(backendPort, key),
                                frontend.endpointWith(frontendPort, value),
                                id.small(value, order),
                                entry);
                    };
                })
                .stream()
                .sorted(Comparator.comparing(ReverseSkEntry::cookie, Long::compareUnsigned))
                .toList();
        return groups(entries, ReverseSkEntry::backend);
    }

    static SortedMap<Integer, List<Affinity>> affinity(MapDump dump, Family family, ByteOrder order) {
        MapRole role = MapRole.of(Kind.AFFINITY, family);
        List<Affinity> entries = decode(dump, role, layout -> {
                    Field id = layout.keyField("rev_nat_id");
                    Field marks = layout.keyField("netns_cookie");
                    Field lastUsed = layout.valueField("last_used");
                    Field backend = layout.valueField("backend_id");
                    return entry -> {
                        byte[] key = entry.key();
                        byte[] value = entry.value();
                        boolean cookie = (marks.small(key, order) & NETNS_COOKIE) != 0;
                        return new Affinity(
                                cookie
                                        ? new AffinitySession.Client.NetworkNamespace(Bytes.u64(key, 0, order))
                                        : new AffinitySession.Client.Address(
                                                IpAddress.of(key, 0, family.addressBytes())),
                                id.small(key, order),
                                lastUsed.number(value, order),
                                backend.number(value, order),
                                entry);
                    };
                })
                .stream()
                .sorted(Comparator.comparing(affinity -> affinity.entry().key(), Arrays::compareUnsigned))
                .toList();
        return groups(entries, Affinity::revNatId);
    }

    static List<ServiceConnection> serviceConnections(MapDump dump, MapRole role, ByteOrder order) {
        List<ServiceConnection> connections = new ArrayList<>();
        if (dump.count() == 0) {
            return connections;
        }
        Layout layout = Layouts.of(role, dump.keyBytes(), dump.valueBytes());
        Field flags = layout.keyField("flags");
        Field frontend = layout.keyField("source");
        Field frontendPort = layout.keyField("dport");
        Field client = layout.keyField("destination");
        Field clientPort = layout.keyField("sport");
        Field protocol = layout.keyField("proto");
        Field backend = layout.valueField("backend_id");
        Field id = layout.valueField("rev_nat_id");
        for (int row = 0; row < dump.kept(); row++) {
            byte[] key = dump.key(row);
            if ((flags.small(key, order) & ServiceTuples.SERVICE) != 0) {
                byte[] value = dump.value(row);
                int citedRow = row;
                Protocol.ofNumber(protocol.small(key, order))
                        .ifPresent(known -> connections.add(new ServiceConnection(
                                client.endpointWith(clientPort, key),
                                frontend.endpointWith(frontendPort, key),
                                known,
                                backend.number(value, order),
                                id.small(value, order),
                                dump.cite(citedRow))));
            }
        }
        return connections;
    }

    /** The length of a prefix counts the 32 bits ahead of the address as well. */
    static List<SourceRange> sourceRanges(MapDump dump, Family family, ByteOrder order) {
        return decode(dump, MapRole.of(Kind.SOURCE_RANGE, family), layout -> {
            Field prefix = layout.keyField("prefix_bits");
            Field id = layout.keyField("rev_nat_id");
            Field network = layout.keyField("address");
            return entry -> {
                byte[] key = entry.key();
                int bits = prefix.small(key, order) - BITS_AHEAD_OF_ADDRESS;
                return new SourceRange(
                        id.small(key, order),
                        IpAddress.of(key, network.offset(), network.size()),
                        Math.max(0, Math.min(bits, network.size() * Byte.SIZE)),
                        entry.cite());
            };
        });
    }

    static Set<Integer> servicesWithTable(MapDump dump, Family family, ByteOrder order) {
        return new HashSet<>(decode(dump, MapRole.of(Kind.MAGLEV, family), layout -> {
            Field id = layout.keyField("rev_nat_id");
            return entry -> id.small(entry.key(), order);
        }));
    }

    static AffinityMatches affinityMatches(MapDump dump, ByteOrder order) {
        SortedMap<AffinityMatches.Pair, MapEntry> byPair = new TreeMap<>();
        decode(dump, MapRole.of(Kind.AFFINITY_MATCH), layout -> {
            Field backend = layout.keyField("backend_id");
            Field id = layout.keyField("rev_nat_id");
            return entry -> {
                byte[] key = entry.key();
                byPair.put(new AffinityMatches.Pair(id.small(key, order), backend.number(key, order)), entry);
                return entry;
            };
        });
        return new AffinityMatches(byPair);
    }

    static SortedMap<Endpoint, List<SkipEntry>> skipped(MapDump dump, Family family, ByteOrder order) {
        MapRole role = MapRole.of(Kind.SKIP_LB, family);
        List<SkipEntry> entries = decode(dump, role, layout -> {
                    Field cookie = layout.keyField("netns_cookie");
                    Field address = layout.keyField("address");
                    Field port = layout.keyField("port");
                    return entry -> {
                        byte[] key = entry.key();
                        return new SkipEntry(cookie.number(key, order), address.endpointWith(port, key), entry);
                    };
                })
                .stream()
                .sorted(Comparator.comparing(SkipEntry::netnsCookie, Long::compareUnsigned))
                .toList();
        return groups(entries, SkipEntry::frontend);
    }

    /** By key, because each service of a large node asks for its own few of 65,536 entries. */
    private static <K extends Comparable<? super K>, T> SortedMap<K, List<T>> groups(
            List<T> entries, Function<T, K> key) {
        return OrderedTable.of(entries.stream().collect(Collectors.groupingBy(key, Collectors.toUnmodifiableList())));
    }

    /** {@code decoder} looks its fields up once, and then takes entry after entry. */
    private static <T> List<T> decode(MapDump dump, MapRole role, Function<Layout, Function<MapEntry, T>> decoder) {
        List<T> decoded = new ArrayList<>(dump.count());
        if (dump.count() > 0) {
            Function<MapEntry, T> one = decoder.apply(Layouts.of(role, dump.keyBytes(), dump.valueBytes()));
            for (int row = 0; row < dump.count(); row++) {
                decoded.add(one.apply(new MapEntry(dump, row)));
            }
        }
        return decoded;
    }
}
