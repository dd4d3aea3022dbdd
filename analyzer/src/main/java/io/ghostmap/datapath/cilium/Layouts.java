package io.ghostmap.datapath.cilium;

import static io.ghostmap.datapath.cilium.Field.address;
import static io.ghostmap.datapath.cilium.Field.addressOfEither;
import static io.ghostmap.datapath.cilium.Field.alignment;
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
import static io.ghostmap.datapath.cilium.VersionRange.ANY;
import static io.ghostmap.datapath.cilium.VersionRange.between;
import static io.ghostmap.datapath.cilium.VersionRange.since;
import static io.ghostmap.datapath.cilium.VersionRange.upTo;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cilium's maps, 1.6 to 1.21-dev. Structures: {@code bpf/lib/common.h} up to 1.18, {@code bpf/lib/lb.h}, {@code lrp.h},
 * {@code sock.h}, {@code act.h}, {@code eps.h}, {@code nat.h} and {@code conntrack_map.h} from 1.19; their mirrors in Go:
 * {@code pkg/maps/lbmap} up to 1.17, {@code pkg/loadbalancer/maps/types.go} from 1.18, {@code pkg/maps/ipcache},
 * {@code lxcmap}, {@code ctmap}, {@code nat}, {@code nodemap}, {@code metricsmap}.
 *
 * <p>A row is the offset and the size in bytes, and the name; what reads it decides the byte order (see
 * {@link Field.Kind}); a release in a comment is the first with that field. {@code w} is the width of an address: 4 or 16.
 */
final class Layouts {
    /** {@code bpf-lb-maglev-table-size}: the primes that it can be. */
    private static final Set<Integer> MAGLEV_SIZES =
            Set.of(251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131_071);

    private static final int GUARDED = NO_PREALLOC | RDONLY_PROG;
    private static final int RUNTIME_CONFIG_ENTRIES = 256;
    private static final int SNAT_RETRIES_ENTRIES = 33;
    private static final int CLIENT_ID_BYTES = 8;

    private static final List<Layout> ALL = all();

    private Layouts() {}

    static List<Layout> list() {
        return ALL;
    }

    /** The layout of that map whose key and value have these sizes; a role and its sizes name one layout. */
    static Layout of(MapRole role, int keyBytes, int valueBytes) {
        return ALL.stream()
                .filter(layout ->
                        layout.keyBytes() == keyBytes && layout.takesValuesOf(valueBytes) && layout.isOf(role))
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
            String lb = family == Family.IPV4 ? "cilium_lb4_" : "cilium_lb6_";
            int w = family.addressBytes();
            all.addAll(services(family, lb, w));
            all.addAll(backends(family, lb, w));
            all.addAll(sessions(family, lb, w));
            all.addAll(connections(family, w));
        }
        all.addAll(shared());
        all.addAll(maglevInner());
        all.addAll(addresses());
        all.addAll(lookalikes());
        return List.copyOf(all);
    }

    private static List<Layout> services(Family family, String lb, int w) {
        return List.of(
                hash(MapRole.of(Kind.SERVICES, family), lb + "services_v2", ANY, GUARDED)
                        .key(
                                address(0, w, "address"),
                                port(w, "dport"),
                                number(w + 2, 2, "backend_slot"), // 0 is the frontend itself
                                number(w + 4, 1, "proto"), // 0 up to 1.16
                                number(w + 5, 1, "scope"), // 0 external, 1 internal; padding before 1.8
                                padding(w + 6, 2))
                        .value(
                                // slot > 0; otherwise algorithm (top byte) and affinity timeout, or proxy port:
                                // Services
                                number(0, 4, "backend_id"),
                                number(4, 2, "count"), // of slot 0 only
                                revNatId(6),
                                bits(8, 1, "flags"), // 1.6 has a weight of 2 bytes here
                                bits(9, 1, "flags2"), // 1.9
                                number(10, 2, "qcount")), // 1.17
                hash(MapRole.of(Kind.OLD_SERVICES, family), lb + "services", upTo(6), NO_PREALLOC)
                        .key(address(0, w, "address"), port(w, "dport"), number(w + 2, 2, "backend_slot"))
                        .value(
                                address(0, w, "target"),
                                port(w, "port"),
                                number(w + 2, 2, "count"),
                                revNatId(w + 4),
                                number(w + 6, 2, "weight")),
                hash(MapRole.of(Kind.REVERSE_NAT, family), lb + "reverse_nat", ANY, NO_PREALLOC)
                        .key(revNatId(0))
                        .value(address(0, w, "address"), port(w, "port")),
                new Layout(MapRole.of(Kind.MAGLEV, family), lb + "maglev", since(9), "hash_of_maps", GUARDED, 0)
                        .key(revNatId(0))
                        .value(number(0, 4, "inner_map_id")));
    }

    private static List<Layout> backends(Family family, String lb, int w) {
        MapRole role = MapRole.of(Kind.BACKENDS, family);
        return List.of(
                hash(role, lb + "backends", upTo(10), NO_PREALLOC)
                        .key(number(0, 2, "id"))
                        .value(backendUpTo110(w)),
                hash(role, lb + "backends_v2", between(11, 12), NO_PREALLOC)
                        .key(number(0, 4, "id"))
                        .value(
                                address(0, w, "address"),
                                port(w, "port"),
                                number(w + 2, 1, "proto"),
                                number(w + 3, 1, "state")), // 1.12
                hash(role, lb + "backends_v3", since(13), NO_PREALLOC)
                        .key(number(0, 4, "id"))
                        .value(backendSince113(w)));
    }

    private static Field[] backendUpTo110(int w) {
        return new Field[] {address(0, w, "address"), port(w, "port"), number(w + 2, 1, "proto"), padding(w + 3, 1)};
    }

    private static Field[] backendSince113(int w) {
        return new Field[] {
            address(0, w, "address"),
            port(w, "port"),
            number(w + 2, 1, "proto"),
            number(w + 3, 1, "state"),
            number(w + 4, 2, "cluster_id"), // 1 byte up to 1.14, the other one zero
            number(w + 6, 1, "zone"), // 1.16
            padding(w + 7, 1)
        };
    }

    /** What programs write themselves, by socket or by client, and what they check for one service. */
    private static List<Layout> sessions(Family family, String lb, int w) {
        boolean v4 = family == Family.IPV4;
        int id = Math.max(w, CLIENT_ID_BYTES);
        int dport = v4 ? 12 : 28; // aligned to 4 bytes
        return List.of(
                lru(MapRole.of(Kind.REVERSE_SK, family), lb + "reverse_sk", ANY)
                        .key(number(0, 8, "cookie"), address(8, w, "address"), port(w + 8, "port"), alignment(w + 10))
                        .value(address(0, w, "address"), port(w, "port"), revNatId(w + 2)),
                lru(MapRole.of(Kind.AFFINITY, family), lb + "affinity", since(8))
                        .key(
                                // an address, or a network namespace's cookie in the first 8 bytes
                                v4 ? number(0, id, "client_id") : bytes(0, id, "client_id"),
                                revNatId(id),
                                bits(id + 2, 1, "netns_cookie"), // bit 0
                                padding(id + 3, 5))
                        .value(number(0, 8, "last_used"), number(8, 4, "backend_id"), padding(12, 4)),
                trie(MapRole.of(Kind.SOURCE_RANGE, family), lb + "source_range", since(8))
                        .key(
                                number(0, 4, "prefix_bits"), // 32 for what is ahead of the address
                                revNatId(4),
                                padding(6, 2),
                                address(8, w, "address"))
                        .value(number(0, 1, "unused")),
                hash(MapRole.of(Kind.SKIP_LB, family), v4 ? "cilium_skip_lb4" : "cilium_skip_lb6", since(16), GUARDED)
                        .key(
                                number(0, 8, "netns_cookie"),
                                address(8, w, "address"),
                                padding(w + 8, dport - w - 8),
                                port(dport, "port"),
                                padding(dport + 2, 2))
                        .value(number(0, 1, "unused")),
                lru(MapRole.of(Kind.HEALTH, family), lb + "health", between(10, 12))
                        .key(number(0, 8, "cookie"))
                        .value(backendUpTo110(w)),
                lru(MapRole.of(Kind.HEALTH, family), lb + "health", since(13))
                        .key(number(0, 8, "cookie"))
                        .value(backendSince113(w)));
    }

    /**
     * Conntrack and translation. The names of the key's fields in Cilium lie: it is stored in the orientation of the
     * reply, with the ports crossed. Named here by what a forward entry means: the connection goes from
     * {@code source} to {@code destination}. Entries of kind SERVICE (flags 4) are the other way round.
     */
    private static List<Layout> connections(Family family, int w) {
        String ct = family == Family.IPV4 ? "4_global" : "6_global";
        String snat = family == Family.IPV4 ? "cilium_snat_v4_" : "cilium_snat_v6_";
        Field[] tuple = {
            address(0, w, "source"),
            address(w, w, "destination"),
            port(2 * w, "dport"),
            port(2 * w + 2, "sport"),
            number(2 * w + 4, 1, "proto"),
            bits(2 * w + 5, 1, "flags")
        };
        Field[] entry = {
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
            number(52, 4, "last_rx_report")
        };
        return List.of(
                lru(MapRole.of(Kind.CT_TCP, family), "cilium_ct" + ct, ANY)
                        .key(tuple)
                        .value(entry),
                lru(MapRole.of(Kind.CT_ANY, family), "cilium_ct_any" + ct, ANY)
                        .key(tuple)
                        .value(entry),
                lru(MapRole.of(Kind.SNAT, family), snat + "external", ANY)
                        .key(tuple)
                        .value(
                                number(0, 8, "created"),
                                number(8, 8, "host_local"),
                                bytes(16, 16, "reserved"),
                                address(32, w, "to_address"),
                                port(w + 32, "to_port"),
                                alignment(w + 34)),
                new Layout(
                                MapRole.of(Kind.SNAT_RETRIES, family),
                                snat + "alloc_retries",
                                since(16),
                                "percpu_array",
                                0,
                                SNAT_RETRIES_ENTRIES)
                        .key(number(0, 4, "retries"))
                        .value(number(0, 4, "count")));
    }

    private static List<Layout> shared() {
        return List.of(
                hash(MapRole.of(Kind.AFFINITY_MATCH), "cilium_lb_affinity_match", since(8), GUARDED)
                        .key(number(0, 4, "backend_id"), revNatId(4), padding(6, 2))
                        .value(number(0, 1, "unused")),
                lru(MapRole.of(Kind.LB_ACT), "cilium_lb_act", since(16))
                        .key(revNatId(0), number(2, 1, "zone"), padding(3, 1))
                        .value(number(0, 4, "opened"), number(4, 4, "closed")),
                new Layout(MapRole.of(Kind.METRICS), "cilium_metrics", ANY, "percpu_hash", NO_PREALLOC, 0)
                        .key(
                                number(0, 1, "reason"),
                                number(1, 1, "direction"), // its low 2 bits
                                number(2, 2, "line"), // 1.16
                                number(4, 1, "file"), // 1.16
                                padding(5, 3))
                        .value(number(0, 8, "count"), number(8, 8, "bytes")),
                array(Kind.RUNTIME_CONFIG, "cilium_runtime_config", since(14), RDONLY_PROG, RUNTIME_CONFIG_ENTRIES)
                        .key(number(0, 4, "index")) // 0 offset to the wall clock in 512 ns, 1 agent alive at (ns)
                        .value(number(0, 8, "value")));
    }

    private static List<Layout> maglevInner() {
        Field index = number(0, 4, "index");
        Field ids = numbers(0, 2, "backend_ids");
        return List.of(
                array(Kind.MAGLEV_INNER, "cilium_maglev_inner", since(11), 0, 1)
                        .key(index)
                        .value(numbers(0, 4, "backend_ids")),
                array(Kind.MAGLEV_INNER, "cilium_lb4_maglev_inner", between(9, 10), 0, 1)
                        .key(index)
                        .value(ids),
                array(Kind.MAGLEV_INNER, "cilium_lb6_maglev_inner", between(9, 10), 0, 1)
                        .key(index)
                        .value(ids));
    }

    private static List<Layout> addresses() {
        Field[] prefix = {
            number(0, 4, "prefix_bits"), // 32 for what is ahead of the address
            number(4, 2, "cluster_id"), // 1.15; at 6 and 1 byte in 1.14
            padding(6, 1),
            number(7, 1, "family"), // 1 IPv4, 2 IPv6
            addressOfEither(8, "address")
        };
        Field[] node = {padding(0, 3), number(3, 1, "family"), addressOfEither(4, "address")};
        Field[] tunnel = {addressOfEither(0, "address"), number(16, 1, "family"), bytes(17, 3, "key")};
        return List.of(
                trie(MapRole.of(Kind.IPCACHE), "cilium_ipcache", upTo(17))
                        .key(prefix)
                        .value(
                                number(0, 4, "identity"),
                                address(4, 4, "tunnel_endpoint"),
                                number(8, 2, "node_id"), // 1.11 alone; the key in its first byte before
                                number(10, 1, "key"), // 1.11
                                bits(11, 1, "flags")), // 1.16: bit 0 skip_tunnel
                trie(MapRole.of(Kind.IPCACHE), "cilium_ipcache_v2", since(18))
                        .key(prefix)
                        .value(
                                number(0, 4, "identity"),
                                addressOfEither(4, "tunnel_endpoint"),
                                padding(20, 2),
                                number(22, 1, "key"),
                                bits(23, 1, "flags")), // skip_tunnel, has_tunnel_ep, its IPv6, remote_cluster (1.19)
                hash(MapRole.of(Kind.ENDPOINTS), "cilium_lxc", ANY, GUARDED)
                        .key(
                                addressOfEither(0, "address"),
                                number(16, 1, "family"),
                                number(17, 1, "key"),
                                number(18, 2, "cluster_id")) // 1.14
                        .value(
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
                                padding(40, 8)),
                hash(MapRole.of(Kind.NODE_IDS), "cilium_node_map", since(12), NO_PREALLOC)
                        .key(node)
                        .value(number(0, 2, "node_id")),
                hash(MapRole.of(Kind.NODE_IDS), "cilium_node_map_v2", since(16), GUARDED)
                        .key(node)
                        .value(number(0, 2, "node_id"), number(2, 1, "spi"), padding(3, 1)),
                hash(MapRole.of(Kind.TUNNELS), "cilium_tunnel_map", upTo(17), NO_PREALLOC)
                        .key(tunnel)
                        .value(tunnel));
    }

    /** Maps of Cilium that have the type and sizes of one above. */
    private static List<Layout> lookalikes() {
        return List.of(
                lru(MapRole.OTHER, "cilium_nodeport_neigh6", since(6))
                        .key(address(0, 16, "address"))
                        .value(bytes(0, 6, "mac"), padding(6, 2)),
                hash(MapRole.OTHER, "cilium_ratelimit_metrics", since(15), NO_PREALLOC)
                        .key(number(0, 4, "usage"))
                        .value(number(0, 8, "dropped")),
                hash(MapRole.OTHER, "cilium_mcast_subscribers", since(15), NO_PREALLOC)
                        .key(address(0, 4, "source"))
                        .value(address(0, 4, "source"), number(4, 4, "ifindex"), padding(8, 4)),
                hash(MapRole.OTHER, "cilium_cidr_v4_fix", ANY, NO_PREALLOC)
                        .key(number(0, 4, "prefix_bits"), address(4, 4, "address"))
                        .value(number(0, 1, "unused")));
    }

    private static Layout hash(MapRole role, String name, VersionRange versions, int flags) {
        return new Layout(role, name, versions, "hash", flags, 0);
    }

    private static Layout lru(MapRole role, String name, VersionRange versions) {
        return new Layout(role, name, versions, "lru_hash", NO_COMMON_LRU, 0);
    }

    private static Layout trie(MapRole role, String name, VersionRange versions) {
        return new Layout(role, name, versions, "lpm_trie", GUARDED, 0);
    }

    private static Layout array(Kind kind, String name, VersionRange versions, int flags, int entries) {
        return new Layout(MapRole.of(kind), name, versions, "array", flags, entries);
    }
}
