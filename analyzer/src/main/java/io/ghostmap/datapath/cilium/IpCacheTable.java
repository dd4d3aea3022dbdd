package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.IpAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * {@code cilium_ipcache} and {@code cilium_ipcache_v2} ({@code struct ipcache_key}, {@code struct remote_endpoint_info}).
 * A large cluster has half a million prefixes, and a replay asks for a few of them: rows are decoded on demand.
 */
final class IpCacheTable {
    /** Cluster id, padding and family count as part of the prefix. */
    private static final int STATIC_BITS = 32;

    private static final int FAMILY_IPV4 = 1;

    private static final int REMOTE_CLUSTER = 0x08;

    private final MapDump dump;
    private final ByteOrder order;
    private final Map<Prefix, Integer> rows = new HashMap<>();

    /** Lengths that occur, the longest first. */
    private final List<Integer> v4Lengths;

    private final List<Integer> v6Lengths;

    /**
     * One prefix.
     *
     * @param identity the security identity
     * @param remoteCluster whether it is in another cluster of the mesh; 1.19 and later
     */
    record Entry(IpAddress address, int prefixLength, long identity, boolean remoteCluster, MapEntry entry) {
        // The reserved identities that the socket programs ask for (bpf/lib/identity.h).
        private static final long HOST = 1;
        private static final long REMOTE_NODE = 6;
        private static final long KUBE_APISERVER = 7;

        /** The scope of identities that are given to remote nodes by CIDR, in the top byte. */
        private static final long REMOTE_NODE_SCOPE = 0x02;

        private static final int SCOPE_SHIFT = 24;

        /** No prefix can be longer. */
        boolean isWholeAddress() {
            return prefixLength == address.toBytes().length * Byte.SIZE;
        }

        /** The node itself. */
        boolean isHost() {
            return identity == HOST;
        }

        /** Another node, to programs of those traits. */
        boolean isRemoteNode(Predicate<Trait> has) {
            return (identity == REMOTE_NODE && has.test(Trait.OTHER_NODES))
                    || (identity == KUBE_APISERVER && has.test(Trait.NODE_OF_API_SERVER))
                    || (identity >>> SCOPE_SHIFT == REMOTE_NODE_SCOPE && has.test(Trait.REMOTE_NODE_SCOPE));
        }
    }

    private record Prefix(IpAddress address, int length) {}

    IpCacheTable(MapDump dump, ByteOrder order) {
        this.dump = dump;
        this.order = order;
        TreeSet<Integer> v4 = new TreeSet<>(Collections.reverseOrder());
        TreeSet<Integer> v6 = new TreeSet<>(Collections.reverseOrder());
        if (dump.count() > 0) {
            Layout layout = layout();
            for (int row = 0; row < dump.count(); row++) {
                byte[] key = dump.key(row);
                IpAddress address = address(layout, key);
                int length = length(layout, key);
                if (layout.keyField("cluster_id").number(key, order) == 0
                        && length >= 0
                        && length <= address.toBytes().length * Byte.SIZE) {
                    rows.put(new Prefix(address.masked(length), length), row);
                    (address.isV4() ? v4 : v6).add(length);
                }
            }
        }
        this.v4Lengths = new ArrayList<>(v4);
        this.v6Lengths = new ArrayList<>(v6);
    }

    /** In this cluster, which is what the socket programs ask for; empty if no prefix contains the address. */
    Optional<Entry> lookup(IpAddress address) {
        for (int length : address.isV4() ? v4Lengths : v6Lengths) {
            Integer row = rows.get(new Prefix(address.masked(length), length));
            if (row != null) {
                return Optional.of(entry(row));
            }
        }
        return Optional.empty();
    }

    private Layout layout() {
        return Layouts.of(MapRole.of(Kind.IPCACHE), dump.keyBytes(), dump.valueBytes());
    }

    private IpAddress address(Layout layout, byte[] key) {
        boolean v4 = layout.keyField("family").number(key, order) == FAMILY_IPV4;
        return layout.keyField("address").address(key, v4);
    }

    private int length(Layout layout, byte[] key) {
        return (int) layout.keyField("prefix_bits").number(key, order) - STATIC_BITS;
    }

    private Entry entry(int row) {
        Layout layout = layout();
        byte[] key = dump.key(row);
        byte[] value = dump.value(row);
        int flags = layout.valueField("flags").small(value, order);
        return new Entry(
                address(layout, key),
                length(layout, key),
                layout.valueField("identity").number(value, order),
                layout.valueField("tunnel_endpoint").kind() != Field.Kind.ADDRESS && (flags & REMOTE_CLUSTER) != 0,
                new MapEntry(dump, row));
    }
}
