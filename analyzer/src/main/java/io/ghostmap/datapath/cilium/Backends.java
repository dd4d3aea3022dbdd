package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Backend.State;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.datapath.OrderedTable;
import io.ghostmap.evidence.MapDump;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Backends in their three versions ({@code struct lb4_backend}, {@code struct lb6_backend}). */
final class Backends {
    private Backends() {}

    static SortedMap<Long, Backend> decode(MapDump dump, Family family, ByteOrder order) {
        if (dump.count() == 0) {
            return Collections.emptySortedMap();
        }
        MapRole role = MapRole.of(Kind.BACKENDS, family);
        Layout layout = Layouts.of(role, dump.keyBytes(), dump.valueBytes());
        Field id = layout.keyField("id");
        Field address = layout.valueField("address");
        Field port = layout.valueField("port");
        Field proto = layout.valueField("proto");
        Optional<Field> state = layout.optionalValueField("state");
        Optional<Field> cluster = layout.optionalValueField("cluster_id");
        Optional<Field> zone = layout.optionalValueField("zone");
        long[] ids = new long[dump.count()];
        List<Backend> backends = new ArrayList<>(dump.count());
        for (int row = 0; row < dump.count(); row++) {
            byte[] value = dump.value(row);
            ids[row] = id.number(dump.key(row), order);
            backends.add(new Backend(
                    ids[row],
                    address.endpointWith(port, value),
                    proto.small(value, order),
                    state(optional(state, value, order)),
                    optional(cluster, value, order),
                    optional(zone, value, order),
                    dump,
                    row));
        }
        return OrderedTable.byId(ids, backends);
    }

    private static int optional(Optional<Field> field, byte[] value, ByteOrder order) {
        return field.isPresent() ? field.get().small(value, order) : 0;
    }

    private static State state(int number) {
        return switch (number) {
            case 0 -> State.ACTIVE;
            case 1 -> State.TERMINATING;
            case 2 -> State.QUARANTINED;
            case 3 -> State.MAINTENANCE;
            default -> State.UNKNOWN;
        };
    }
}
