package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.datapath.OrderedTable;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.cilium.ServiceMarks.Algorithm;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Protocol;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/** Services v2 ({@code struct lb4_key}, {@code struct lb4_service} and the same for IPv6): the rows of a frontend joined. */
final class Services {
    /** 1.17: bits 24 to 31 of a frontend's first word; before, those are zero, since no timeout is that long. */
    private static final int ALGORITHM_SHIFT = 24;

    private static final long TIMEOUT_MASK = 0xffffff;

    private final ByteOrder order;
    private final Field address;
    private final Field dport;
    private final Field slot;
    private final Field proto;
    private final Field scope;
    private final Field word;
    private final Field count;
    private final Field revNatId;
    private final Field flags;
    private final Field flags2;
    private final Field qcount;
    private final Map<Frontend, Parts> byFrontend = new HashMap<>();

    /** The rows of one frontend so far, in the order of the dump. */
    private static final class Parts {
        private Optional<Master> master = Optional.empty();
        private final List<Slot> slots = new ArrayList<>();
    }

    private record Master(int count, int quarantined, int revNatId, ServiceMarks marks, MapEntry entry) {}

    private Services(Layout layout, ByteOrder order) {
        this.order = order;
        this.address = layout.keyField("address");
        this.dport = layout.keyField("dport");
        this.slot = layout.keyField("backend_slot");
        this.proto = layout.keyField("proto");
        this.scope = layout.keyField("scope");
        this.word = layout.valueField("backend_id");
        this.count = layout.valueField("count");
        this.revNatId = layout.valueField("rev_nat_id");
        this.flags = layout.valueField("flags");
        this.flags2 = layout.valueField("flags2");
        this.qcount = layout.valueField("qcount");
    }

    /** Frontends with their slots. Slots whose frontend has no entry of its own are unreachable and left out. */
    static SortedMap<Frontend, Service> decode(MapDump dump, Family family, ByteOrder order) {
        MapRole role = MapRole.of(Kind.SERVICES, family);
        if (dump.count() == 0) {
            return Collections.emptySortedMap();
        }
        Services services = new Services(Layouts.of(role, dump.keyBytes(), dump.valueBytes()), order);
        for (int row = 0; row < dump.count(); row++) {
            services.add(dump, row);
        }
        return services.assemble();
    }

    private void add(MapDump dump, int row) {
        byte[] key = dump.key(row);
        byte[] value = dump.value(row);
        Protocol protocol = Protocol.ofNumber(proto.small(key, order)).orElse(Protocol.ANY);
        Frontend frontend = new Frontend(address.endpointWith(dport, key), protocol, scope.small(key, order) != 0);
        int index = slot.small(key, order);
        ServiceFlags flagsOf = FlagBits.decode(flags.small(value, order), flags2.small(value, order), index > 0);
        Parts parts = byFrontend.computeIfAbsent(frontend, f -> new Parts());
        if (index == 0) {
            parts.master = Optional.of(new Master(
                    count.small(value, order),
                    qcount.small(value, order),
                    revNatId.small(value, order),
                    marks(value, flagsOf),
                    new MapEntry(dump, row)));
        } else {
            parts.slots.add(new Slot(index, word.number(value, order), dump, row));
        }
    }

    /** {@code SetL7LBProxyPort} stores the port in network order in the low half, whatever the comment in C says. */
    private ServiceMarks marks(byte[] value, ServiceFlags set) {
        if (set.has(ServiceFlag.L7_LOAD_BALANCER)) {
            return new ServiceMarks(set, Algorithm.UNSET, 0, OptionalInt.of(Bytes.u16be(value, lowHalf())));
        }
        long bits = word.number(value, order);
        return new ServiceMarks(
                set,
                switch ((int) (bits >>> ALGORITHM_SHIFT)) {
                    case 0 -> Algorithm.UNSET;
                    case 1 -> Algorithm.RANDOM;
                    case 2 -> Algorithm.MAGLEV;
                    default -> Algorithm.UNKNOWN;
                },
                (int) (bits & TIMEOUT_MASK),
                OptionalInt.empty());
    }

    private int lowHalf() {
        return order == ByteOrder.LITTLE_ENDIAN ? word.offset() : word.offset() + Short.BYTES;
    }

    private SortedMap<Frontend, Service> assemble() {
        Map<Frontend, Service> services = new HashMap<>();
        byFrontend.forEach((frontend, parts) -> parts.master.ifPresent(master -> services.put(
                frontend,
                new Service(
                        frontend,
                        master.count(),
                        master.quarantined(),
                        master.revNatId(),
                        master.marks(),
                        inOrder(parts.slots),
                        master.entry()))));
        return OrderedTable.of(services);
    }

    /** If the dump has a slot twice, the later row counts. */
    private static List<Slot> inOrder(List<Slot> found) {
        List<Slot> sorted = found;
        sorted.sort(Comparator.comparingInt(Slot::index)); // stable: a later row stays after an earlier one
        List<Slot> distinct = new ArrayList<>(sorted.size());
        for (int i = 0; i < sorted.size(); i++) {
            boolean repeated = i + 1 < sorted.size()
                    && sorted.get(i + 1).index() == sorted.get(i).index();
            if (!repeated) {
                distinct.add(sorted.get(i));
            }
        }
        return List.copyOf(distinct);
    }
}
