package io.ghostmap.datapath.cilium;

import static io.ghostmap.datapath.VersionRange.between;
import static io.ghostmap.datapath.VersionRange.since;
import static io.ghostmap.datapath.VersionRange.upTo;
import static io.ghostmap.datapath.cilium.Field.address;
import static io.ghostmap.datapath.cilium.Field.addressOfEither;
import static io.ghostmap.datapath.cilium.Field.bits;
import static io.ghostmap.datapath.cilium.Field.bytes;
import static io.ghostmap.datapath.cilium.Field.number;
import static io.ghostmap.datapath.cilium.Field.numbers;
import static io.ghostmap.datapath.cilium.Field.padding;
import static io.ghostmap.datapath.cilium.Field.port;
import static io.ghostmap.datapath.cilium.Field.revNatId;
import static io.ghostmap.datapath.cilium.Layout.NO_COMMON_LRU;
import static io.ghostmap.datapath.cilium.Layout.NO_PREALLOC;
import static io.ghostmap.datapath.cilium.Layout.RDONLY_PROG;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.VersionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cilium's maps, 1.6 to 1.21-dev. Structures: {@code bpf/lib/common.h} up to 1.18, {@code bpf/lib/lb.h}, {@code lrp.h},
 * {@code sock.h}, {@code act.h}, {@code eps.h}, {@code nat.h} and {@code conntrack_map.h} from 1.19; their mirrors in Go:
 * {@code pkg/maps/lbmap} up to 1.17, {@code pkg/loadbalancer/maps/types.go} from 1.18, {@code pkg/maps/ipcache},
 * {@code lxcmap}, {@code ctmap}, {@code nat}, {@code nodemap}, {@code metricsmap}. Offsets and sizes in bytes.
 */
final class Layouts {
    /** {@code bpf-lb-maglev-table-size}: the primes that it can be. */
    private static final Set<Integer> MAGLEV_SIZES =
            Set.of(251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131_071);

    private static final int HASH_FLAGS = NO_PREALLOC;
    private static final int GUARDED_FLAGS = NO_PREALLOC | RDONLY_PROG;
    private static final int LRU_FLAGS = NO_COMMON_LRU;

    private static final int V4 = Family.IPV4.addressBytes();
    private static final int V6 = Family.IPV6.addressBytes();

    private static final int RUNTIME_CONFIG_ENTRIES = 256;
    private static final int SNAT_RETRIES_ENTRIES = 33;

    /** Of both families. What the first word means depends on slot and flags: see {@link Services}. */
    private static final List<Field> SERVICE_VALUE = List.of(
            number(0, 4, "backend_id"), // slot > 0; otherwise algorithm (top byte) and affinity timeout, or proxy port
            number(4, 2, "count"), // of slot 0 only
            revNatId(6),
            bits(8, 1, "flags"), // 1.6 has a weight of 2 bytes here
            bits(9, 1, "flags2"), // 1.9
            number(10, 2, "qcount")); // 1.17

    private static final List<Field> AFFINITY_VALUE =
            List.of(number(0, 8, "last_used"), number(8, 4, "backend_id"), padding(12, 4));

    private static final List<Field> COOKIE = List.of(number(0, 8, "cookie"));

    private static final List<Field> NODE_KEY =
            List.of(padding(0, 3), number(3, 1, "family"), addressOfEither(4, "address"));

    private static final List<Layout> ALL = all();

    private Layouts() {}

    static List<Layout> list() {
        return ALL;
    }

    /** The layout of that map whose key and value have these sizes; a role and its sizes name one layout. */
    static Layout of(MapRole role, int keyBytes, int valueBytes) {
        return ALL.stream()
                .filter(layout ->
                        layout.role() == role && layout.keyBytes() == keyBytes && layout.takesValuesOf(valueBytes))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no layout of " + role + " with sizes " + keyBytes + " and " + valueBytes));
    }

    static boolean isMaglevTable(int valueBytes, int idBytes) {
        return valueBytes % idBytes == 0 && MAGLEV_SIZES.contains(valueBytes / idBytes);
    }

    private static List<Layout> all() {
        List<Layout> all = new ArrayList<>();
        for (Family family : Family.values()) {
            boolean v4 = family == Family.IPV4;
            String lb = v4 ? "cilium_lb4_" : "cilium_lb6_";
            all.addAll(v4 ? servicesV4() : servicesV6());
            all.addAll(v4 ? backendsV4() : backendsV6());
            all.addAll(v4 ? sessionsV4() : sessionsV6());
            all.add(hash(
                    v4 ? MapRole.REVERSE_NAT_V4 : MapRole.REVERSE_NAT_V6,
                    lb + "reverse_nat",
                    VersionRange.ANY,
                    HASH_FLAGS,
                    List.of(revNatId(0)),
                    List.of(address(0, family.addressBytes(), "address"), port(family.addressBytes(), "port"))));
            all.add(new Layout(
                    v4 ? MapRole.MAGLEV_V4 : MapRole.MAGLEV_V6,
                    lb + "maglev",
                    since(9),
                    "hash_of_maps",
                    GUARDED_FLAGS,
                    0,
                    List.of(revNatId(0)),
                    List.of(number(0, 4, "inner_map_id"))));
        }
        all.addAll(shared());
        all.addAll(addresses());
        all.addAll(connections());
        all.addAll(lookalikes());
        return List.copyOf(all);
    }

    private static List<Layout> servicesV4() {
        return List.of(
                hash(
                        MapRole.SERVICES_V4,
                        "cilium_lb4_services_v2",
                        VersionRange.ANY,
                        GUARDED_FLAGS,
                        List.of(
                                address(0, V4, "address"),
                                port(4, "dport"),
                                number(6, 2, "backend_slot"), // 0 is the frontend itself
                                number(8, 1, "proto"), // 0 up to 1.16
                                number(9, 1, "scope"), // 0 external, 1 internal; padding before 1.8
                                padding(10, 2)),
                        SERVICE_VALUE),
                hash(
                        MapRole.OLD_SERVICES_V4,
                        "cilium_lb4_services",
                        upTo(6),
                        HASH_FLAGS,
                        List.of(address(0, V4, "address"), port(4, "dport"), number(6, 2, "backend_slot")),
                        List.of(
                                address(0, V4, "target"),
                                port(4, "port"),
                                number(6, 2, "count"),
                                revNatId(8),
                                number(10, 2, "weight"))));
    }

    private static List<Layout> servicesV6() {
        return List.of(
                hash(
                        MapRole.SERVICES_V6,
                        "cilium_lb6_services_v2",
                        VersionRange.ANY,
                        GUARDED_FLAGS,
                        List.of(
                                address(0, V6, "address"),
                                port(16, "dport"),
                                number(18, 2, "backend_slot"),
                                number(20, 1, "proto"),
                                number(21, 1, "scope"),
                                padding(22, 2)),
                        SERVICE_VALUE),
                hash(
                        MapRole.OLD_SERVICES_V6,
                        "cilium_lb6_services",
                        upTo(6),
                        HASH_FLAGS,
                        List.of(address(0, V6, "address"), port(16, "dport"), number(18, 2, "backend_slot")),
                        List.of(
                                address(0, V6, "target"),
                                port(16, "port"),
                                number(18, 2, "count"),
                                revNatId(20),
                                number(22, 2, "weight"))));
    }

    private static List<Layout> backendsV4() {
        return List.of(
                hash(
                        MapRole.BACKENDS_V4,
                        "cilium_lb4_backends",
                        upTo(10),
                        HASH_FLAGS,
                        List.of(number(0, 2, "id")),
                        List.of(address(0, V4, "address"), port(4, "port"), number(6, 1, "proto"), padding(7, 1))),
                hash(
                        MapRole.BACKENDS_V4,
                        "cilium_lb4_backends_v2",
                        between(11, 12),
                        HASH_FLAGS,
                        List.of(number(0, 4, "id")),
                        List.of(
                                address(0, V4, "address"),
                                port(4, "port"),
                                number(6, 1, "proto"),
                                number(7, 1, "state"))), // 1.12
                hash(
                        MapRole.BACKENDS_V4,
                        "cilium_lb4_backends_v3",
                        since(13),
                        HASH_FLAGS,
                        List.of(number(0, 4, "id")),
                        List.of(
                                address(0, V4, "address"),
                                port(4, "port"),
                                number(6, 1, "proto"),
                                number(7, 1, "state"),
                                number(8, 2, "cluster_id"), // 1 byte up to 1.14, the other one zero
                                number(10, 1, "zone"), // 1.16
                                padding(11, 1))));
    }

    private static List<Layout> backendsV6() {
        return List.of(
                hash(
                        MapRole.BACKENDS_V6,
                        "cilium_lb6_backends",
                        upTo(10),
                        HASH_FLAGS,
                        List.of(number(0, 2, "id")),
                        List.of(address(0, V6, "address"), port(16, "port"), number(18, 1, "proto"), padding(19, 1))),
                hash(
                        MapRole.BACKENDS_V6,
                        "cilium_lb6_backends_v2",
                        between(11, 12),
                        HASH_FLAGS,
                        List.of(number(0, 4, "id")),
                        List.of(
                                address(0, V6, "address"),
                                port(16, "port"),
                                number(18, 1, "proto"),
                                number(19, 1, "state"))),
                hash(
                        MapRole.BACKENDS_V6,
                        "cilium_lb6_backends_v3",
                        since(13),
                        HASH_FLAGS,
                        List.of(number(0, 4, "id")),
                        List.of(
                                address(0, V6, "address"),
                                port(16, "port"),
                                number(18, 1, "proto"),
                                number(19, 1, "state"),
                                number(20, 2, "cluster_id"),
                                number(22, 1, "zone"),
                                padding(23, 1))));
    }

    /** What programs write themselves, by socket or by client, and what they check for one service. */
    private static List<Layout> sessionsV4() {
        return List.of(
                lru(
                        MapRole.REVERSE_SK_V4,
                        "cilium_lb4_reverse_sk",
                        VersionRange.ANY,
                        List.of(number(0, 8, "cookie"), address(8, V4, "address"), port(12, "port"), padding(14, 2)),
                        List.of(address(0, V4, "address"), port(4, "port"), revNatId(6))),
                lru(
                        MapRole.AFFINITY_V4,
                        "cilium_lb4_affinity",
                        since(8),
                        List.of(
                                number(0, 8, "client_id"), // an address in its first 4 bytes, or a netns cookie
                                revNatId(8),
                                bits(10, 1, "netns_cookie"), // bit 0
                                padding(11, 5)),
                        AFFINITY_VALUE),
                trie(
                        MapRole.SOURCE_RANGE_V4,
                        "cilium_lb4_source_range",
                        since(8),
                        List.of(
                                number(0, 4, "prefix_bits"), // 32 for what stands before the address
                                revNatId(4),
                                padding(6, 2),
                                address(8, V4, "address")),
                        List.of(number(0, 1, "unused"))),
                hash(
                        MapRole.SKIP_LB_V4,
                        "cilium_skip_lb4",
                        since(16),
                        GUARDED_FLAGS,
                        List.of(
                                number(0, 8, "netns_cookie"),
                                address(8, V4, "address"),
                                port(12, "port"),
                                padding(14, 2)),
                        List.of(number(0, 1, "unused"))),
                lru(
                        MapRole.HEALTH_V4,
                        "cilium_lb4_health",
                        between(10, 12),
                        COOKIE,
                        List.of(address(0, V4, "address"), port(4, "port"), number(6, 1, "proto"), padding(7, 1))),
                lru(
                        MapRole.HEALTH_V4,
                        "cilium_lb4_health",
                        since(13),
                        COOKIE,
                        List.of(
                                address(0, V4, "address"),
                                port(4, "port"),
                                number(6, 1, "proto"),
                                number(7, 1, "state"),
                                number(8, 2, "cluster_id"),
                                number(10, 1, "zone"),
                                padding(11, 1))));
    }

    private static List<Layout> sessionsV6() {
        return List.of(
                lru(
                        MapRole.REVERSE_SK_V6,
                        "cilium_lb6_reverse_sk",
                        VersionRange.ANY,
                        List.of(number(0, 8, "cookie"), address(8, V6, "address"), port(24, "port"), padding(26, 6)),
                        List.of(address(0, V6, "address"), port(16, "port"), revNatId(18))),
                lru(
                        MapRole.AFFINITY_V6,
                        "cilium_lb6_affinity",
                        since(8),
                        List.of(
                                bytes(0, V6, "client_id"), // an address, or a netns cookie in its first 8 bytes
                                revNatId(16),
                                bits(18, 1, "netns_cookie"), // bit 0
                                padding(19, 5)),
                        AFFINITY_VALUE),
                trie(
                        MapRole.SOURCE_RANGE_V6,
                        "cilium_lb6_source_range",
                        since(8),
                        List.of(number(0, 4, "prefix_bits"), revNatId(4), padding(6, 2), address(8, V6, "address")),
                        List.of(number(0, 1, "unused"))),
                hash(
                        MapRole.SKIP_LB_V6,
                        "cilium_skip_lb6",
                        since(16),
                        GUARDED_FLAGS,
                        List.of(
                                number(0, 8, "netns_cookie"),
                                address(8, V6, "address"),
                                padding(24, 4),
                                port(28, "port"),
                                padding(30, 2)),
                        List.of(number(0, 1, "unused"))),
                lru(
                        MapRole.HEALTH_V6,
                        "cilium_lb6_health",
                        between(10, 12),
                        COOKIE,
                        List.of(address(0, V6, "address"), port(16, "port"), number(18, 1, "proto"), padding(19, 1))),
                lru(
                        MapRole.HEALTH_V6,
                        "cilium_lb6_health",
                        since(13),
                        COOKIE,
                        List.of(
                                address(0, V6, "address"),
                                port(16, "port"),
                                number(18, 1, "proto"),
                                number(19, 1, "state"),
                                number(20, 2, "cluster_id"),
                                number(22, 1, "zone"),
                                padding(23, 1))));
    }

    private static List<Layout> shared() {
        return List.of(
                hash(
                        MapRole.AFFINITY_MATCH,
                        "cilium_lb_affinity_match",
                        since(8),
                        GUARDED_FLAGS,
                        List.of(number(0, 4, "backend_id"), revNatId(4), padding(6, 2)),
                        List.of(number(0, 1, "unused"))),
                new Layout(
                        MapRole.MAGLEV_INNER,
                        "cilium_maglev_inner",
                        since(11),
                        "array",
                        0,
                        1,
                        List.of(number(0, 4, "index")),
                        List.of(numbers(0, 4, "backend_ids"))),
                oldMaglevInner("cilium_lb4_maglev_inner"),
                oldMaglevInner("cilium_lb6_maglev_inner"),
                lru(
                        MapRole.LB_ACT,
                        "cilium_lb_act",
                        since(16),
                        List.of(revNatId(0), number(2, 1, "zone"), padding(3, 1)),
                        List.of(number(0, 4, "opened"), number(4, 4, "closed"))),
                new Layout(
                        MapRole.METRICS,
                        "cilium_metrics",
                        VersionRange.ANY,
                        "percpu_hash",
                        HASH_FLAGS,
                        0,
                        List.of(
                                number(0, 1, "reason"),
                                number(1, 1, "direction"), // its low 2 bits
                                number(2, 2, "line"), // 1.16
                                number(4, 1, "file"), // 1.16
                                padding(5, 3)),
                        List.of(number(0, 8, "count"), number(8, 8, "bytes"))),
                new Layout(
                        MapRole.RUNTIME_CONFIG,
                        "cilium_runtime_config",
                        since(14),
                        "array",
                        RDONLY_PROG,
                        RUNTIME_CONFIG_ENTRIES,
                        List.of(number(0, 4, "index")), // 0 offset to the wall clock in 512 ns, 1 agent alive at (ns)
                        List.of(number(0, 8, "value"))));
    }

    private static Layout oldMaglevInner(String name) {
        return new Layout(
                MapRole.MAGLEV_INNER,
                name,
                between(9, 10),
                "array",
                0,
                1,
                List.of(number(0, 4, "index")),
                List.of(numbers(0, 2, "backend_ids")));
    }

    private static List<Layout> addresses() {
        List<Field> ipcacheKey = List.of(
                number(0, 4, "prefix_bits"), // 32 for what stands before the address
                number(4, 2, "cluster_id"), // 1.15; at 6 and 1 byte in 1.14
                padding(6, 1),
                number(7, 1, "family"), // 1 IPv4, 2 IPv6
                addressOfEither(8, "address"));
        return List.of(
                trie(
                        MapRole.IPCACHE,
                        "cilium_ipcache",
                        upTo(17),
                        ipcacheKey,
                        List.of(
                                number(0, 4, "identity"),
                                address(4, V4, "tunnel_endpoint"),
                                number(8, 2, "node_id"), // 1.11 alone; the key in its first byte before
                                number(10, 1, "key"), // 1.11
                                bits(11, 1, "flags"))), // 1.16: bit 0 skip_tunnel
                trie(
                        MapRole.IPCACHE,
                        "cilium_ipcache_v2",
                        since(18),
                        ipcacheKey,
                        List.of(
                                number(0, 4, "identity"),
                                addressOfEither(4, "tunnel_endpoint"),
                                padding(20, 2),
                                number(22, 1, "key"),
                                bits(23, 1, "flags"))), // skip_tunnel, has_tunnel_ep, its IPv6, remote_cluster (1.19)
                hash(
                        MapRole.ENDPOINTS,
                        "cilium_lxc",
                        VersionRange.ANY,
                        GUARDED_FLAGS,
                        List.of(
                                addressOfEither(0, "address"),
                                number(16, 1, "family"),
                                number(17, 1, "key"),
                                number(18, 2, "cluster_id")), // 1.14
                        List.of(
                                number(0, 4, "ifindex"),
                                padding(4, 2),
                                number(6, 2, "endpoint_id"),
                                bits(8, 4, "flags"), // 1 host, 2 in the host's netns
                                padding(12, 4),
                                bytes(16, 6, "mac"),
                                padding(22, 2),
                                bytes(24, 6, "node_mac"),
                                padding(30, 2),
                                number(32, 4, "identity"), // 1.14
                                number(36, 4, "parent_ifindex"), // 1.17
                                padding(40, 8))),
                hash(
                        MapRole.NODE_IDS,
                        "cilium_node_map",
                        since(12),
                        HASH_FLAGS,
                        NODE_KEY,
                        List.of(number(0, 2, "node_id"))),
                hash(
                        MapRole.NODE_IDS,
                        "cilium_node_map_v2",
                        since(16),
                        GUARDED_FLAGS,
                        NODE_KEY,
                        List.of(number(0, 2, "node_id"), number(2, 1, "spi"), padding(3, 1))),
                hash(
                        MapRole.TUNNELS,
                        "cilium_tunnel_map",
                        upTo(17),
                        HASH_FLAGS,
                        List.of(addressOfEither(0, "address"), number(16, 1, "family"), bytes(17, 3, "key")),
                        List.of(addressOfEither(0, "address"), number(16, 1, "family"), bytes(17, 3, "key"))));
    }

    /**
     * Conntrack and translation. The names of the key's fields in Cilium lie: it is stored in the orientation of the
     * reply, with the ports crossed. Named here by what a forward entry means: the connection goes from
     * {@code source} to {@code destination}. Entries of kind SERVICE (flags 4) are the other way round.
     */
    private static List<Layout> connections() {
        List<Field> v4 = List.of(
                address(0, V4, "source"),
                address(4, V4, "destination"),
                port(8, "dport"),
                port(10, "sport"),
                number(12, 1, "proto"),
                bits(13, 1, "flags"));
        List<Field> v6 = List.of(
                address(0, V6, "source"),
                address(16, V6, "destination"),
                port(32, "dport"),
                port(34, "sport"),
                number(36, 1, "proto"),
                bits(37, 1, "flags"));
        List<Field> entry = List.of(
                number(0, 8, "rx_packets"), // up to 1.15
                number(8, 8, "backend_id"), // of entries of kind SERVICE; rx_bytes of others up to 1.15
                number(16, 8, "packets"),
                number(24, 8, "bytes"),
                number(32, 4, "lifetime"),
                bits(36, 2, "state"),
                revNatId(38),
                number(40, 2, "ifindex"), // 1.8 to 1.20
                bits(42, 1, "tx_flags_seen"),
                bits(43, 1, "rx_flags_seen"),
                number(44, 4, "source_identity"),
                number(48, 4, "last_tx_report"),
                number(52, 4, "last_rx_report"));
        List<Layout> layouts = new ArrayList<>();
        layouts.add(lru(MapRole.CT_TCP_V4, "cilium_ct4_global", VersionRange.ANY, v4, entry));
        layouts.add(lru(MapRole.CT_ANY_V4, "cilium_ct_any4_global", VersionRange.ANY, v4, entry));
        layouts.add(lru(MapRole.CT_TCP_V6, "cilium_ct6_global", VersionRange.ANY, v6, entry));
        layouts.add(lru(MapRole.CT_ANY_V6, "cilium_ct_any6_global", VersionRange.ANY, v6, entry));
        layouts.add(lru(
                MapRole.SNAT_V4,
                "cilium_snat_v4_external",
                VersionRange.ANY,
                v4,
                List.of(
                        number(0, 8, "created"),
                        number(8, 8, "host_local"),
                        bytes(16, 16, "reserved"),
                        address(32, V4, "to_address"),
                        port(36, "to_port"),
                        padding(38, 2))));
        layouts.add(lru(
                MapRole.SNAT_V6,
                "cilium_snat_v6_external",
                VersionRange.ANY,
                v6,
                List.of(
                        number(0, 8, "created"),
                        number(8, 8, "host_local"),
                        bytes(16, 16, "reserved"),
                        address(32, V6, "to_address"),
                        port(48, "to_port"),
                        padding(50, 6))));
        for (boolean isV4 : new boolean[] {true, false}) {
            layouts.add(new Layout(
                    isV4 ? MapRole.SNAT_RETRIES_V4 : MapRole.SNAT_RETRIES_V6,
                    isV4 ? "cilium_snat_v4_alloc_retries" : "cilium_snat_v6_alloc_retries",
                    since(16),
                    "percpu_array",
                    0,
                    SNAT_RETRIES_ENTRIES,
                    List.of(number(0, 4, "retries")),
                    List.of(number(0, 4, "count"))));
        }
        return layouts;
    }

    /** Maps of Cilium that have the type and sizes of one above. */
    private static List<Layout> lookalikes() {
        return List.of(
                lru(
                        MapRole.OTHER,
                        "cilium_nodeport_neigh6",
                        since(6),
                        List.of(address(0, V6, "address")),
                        List.of(bytes(0, 6, "mac"), padding(6, 2))),
                hash(
                        MapRole.OTHER,
                        "cilium_ratelimit_metrics",
                        since(15),
                        HASH_FLAGS,
                        List.of(number(0, 4, "usage")),
                        List.of(number(0, 8, "dropped"))),
                hash(
                        MapRole.OTHER,
                        "cilium_mcast_subscribers",
                        since(15),
                        HASH_FLAGS,
                        List.of(address(0, V4, "source")),
                        List.of(address(0, V4, "source"), number(4, 4, "ifindex"), padding(8, 4))),
                hash(
                        MapRole.OTHER,
                        "cilium_cidr_v4_fix",
                        VersionRange.ANY,
                        HASH_FLAGS,
                        List.of(number(0, 4, "prefix_bits"), address(4, V4, "address")),
                        List.of(number(0, 1, "unused"))));
    }

    private static Layout hash(
            MapRole role, String name, VersionRange versions, int flags, List<Field> key, List<Field> value) {
        return new Layout(role, name, versions, "hash", flags, 0, key, value);
    }

    private static Layout lru(MapRole role, String name, VersionRange versions, List<Field> key, List<Field> value) {
        return new Layout(role, name, versions, "lru_hash", LRU_FLAGS, 0, key, value);
    }

    private static Layout trie(MapRole role, String name, VersionRange versions, List<Field> key, List<Field> value) {
        return new Layout(role, name, versions, "lpm_trie", GUARDED_FLAGS, 0, key, value);
    }
}
