package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Backend.State;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.OrderedTable;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/** Backends in their three versions ({@code struct lb4_backend}, {@code struct lb6_backend}). */
final class Backends {
    private Backends() {}

    static SortedMap<Long, Backend> decode(MapDump dump, Family family, ByteOrder order) {
        if (dump.count() == 0) {
            return Collections.emptySortedMap();
        }
        MapRole role = family == Family.IPV4 ? MapRole.BACKENDS_V4 : MapRole.BACKENDS_V6;
        Layout layout = Layouts.of(role, dump.keyBytes(), dump.valueBytes());
        Field id = layout.keyField("id");
        Field address = layout.valueField("address");
        Field port = layout.valueField("port");
        Field proto = layout.valueField("proto");
        Map<Long, Backend> backends = new HashMap<>(dump.count() * 2);
        for (int row = 0; row < dump.count(); row++) {
            MapEntry entry = new MapEntry(dump, row);
            byte[] value = entry.value();
            Backend backend = new Backend(
                    id.number(entry.key(), order),
                    address.endpointWith(port, value),
                    proto.small(value, order),
                    state(layout, value, order),
                    optional(layout, "cluster_id", value, order),
                    optional(layout, "zone", value, order),
                    entry);
            backends.put(backend.id(), backend);
        }
        return OrderedTable.of(backends);
    }

    private static int optional(Layout layout, String field, byte[] value, ByteOrder order) {
        return layout.hasValueField(field) ? layout.valueField(field).small(value, order) : 0;
    }

    private static State state(Layout layout, byte[] value, ByteOrder order) {
        return switch (optional(layout, "state", value, order)) {
            case 0 -> State.ACTIVE;
            case 1 -> State.TERMINATING;
            case 2 -> State.QUARANTINED;
            case 3 -> State.MAINTENANCE;
            default -> State.UNKNOWN;
        };
    }
}
