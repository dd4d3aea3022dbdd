package io.ghostmap.datapath.cilium;

import static io.ghostmap.datapath.cilium.Bytes.u16;
import static io.ghostmap.datapath.cilium.Bytes.u16be;
import static io.ghostmap.datapath.cilium.Bytes.u32;
import static io.ghostmap.datapath.cilium.Bytes.u8;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.ServiceFlags;
import io.ghostmap.datapath.Slot;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code cilium_lb4_services_v2} and {@code cilium_lb6_services_v2} ({@code struct lb4_key}, {@code struct lb4_service};
 * Cilium 1.8 to 1.21-dev). With {@code a} the bytes of an address:
 *
 * <pre>
 * key    0   a  address         network order
 *        a   2  dport           network order
 *      a+2   2  backend_slot    node order; 0 is the frontend itself
 *      a+4   1  proto           0 up to 1.16
 *      a+5   1  scope           0 external, 1 internal
 *      a+6   2  padding
 * value  0   4  backend_id (slot &gt; 0) or algorithm and affinity timeout or proxy port (slot 0); node order
 *        4   2  count           node order; of slot 0 only
 *        6   2  rev_nat_index   network order, in every map
 *        8   1  flags
 *        9   1  flags2
 *       10   2  qcount          node order, 1.17
 * </pre>
 */
final class ServicesV2 {
    private static final int FLAG_EXTERNAL_IP = 0x01;
    private static final int FLAG_HOSTPORT = 0x08;
    private static final int FLAG2_LOCALREDIRECT = 0x01;
    private static final int FLAG2_NAT_46X64 = 0x02;
    private static final int FLAG2_L7_LOADBALANCER = 0x04;
    private static final int FLAG2_TWO_SCOPES = 0x20;

    private final Family family;
    private final ByteOrder order;
    private final Map<Frontend, Service> masters = new HashMap<>();
    private final Map<Frontend, Map<Integer, Slot>> slots = new HashMap<>();

    private ServicesV2(Family family, ByteOrder order) {
        this.family = family;
        this.order = order;
    }

    /** Frontends with their slots. Slots whose frontend has no entry of its own are unreachable and left out. */
    static SortedMap<Frontend, Service> decode(MapDump dump, Family family, ByteOrder order) {
        ServicesV2 decoder = new ServicesV2(family, order);
        for (int row = 0; row < dump.count(); row++) {
            decoder.add(dump.key(row), dump.value(row), dump.cite(row));
        }
        return decoder.assemble();
    }

    private void add(byte[] key, byte[] value, Citation source) {
        int a = family.addressBytes();
        Endpoint endpoint = new Endpoint(IpAddress.of(key, 0, a), u16be(key, a));
        Protocol protocol = Protocol.ofNumber(u8(key, a + 4)).orElse(Protocol.ANY);
        Frontend frontend = new Frontend(endpoint, protocol, u8(key, a + 5) != 0);
        int slot = u16(key, a + 2, order);
        if (slot == 0) {
            masters.put(
                    frontend,
                    new Service(
                            frontend,
                            u16(value, 4, order),
                            u16be(value, 6),
                            flags(u8(value, 8), u8(value, 9)),
                            List.of(),
                            source));
        } else {
            slots.computeIfAbsent(frontend, f -> new HashMap<>())
                    .put(slot, new Slot(slot, u32(value, 0, order), source));
        }
    }

    private static ServiceFlags flags(int flags, int flags2) {
        return new ServiceFlags(
                (flags2 & FLAG2_TWO_SCOPES) != 0,
                (flags2 & FLAG2_L7_LOADBALANCER) != 0,
                (flags2 & FLAG2_NAT_46X64) != 0,
                (flags & (FLAG_EXTERNAL_IP | FLAG_HOSTPORT)) != 0,
                (flags2 & FLAG2_LOCALREDIRECT) != 0);
    }

    private SortedMap<Frontend, Service> assemble() {
        SortedMap<Frontend, Service> services = new TreeMap<>();
        masters.forEach((frontend, master) -> {
            List<Slot> own =
                    new ArrayList<>(slots.getOrDefault(frontend, Map.of()).values());
            own.sort(Comparator.comparingInt(Slot::index));
            services.put(
                    frontend,
                    new Service(
                            frontend,
                            master.count(),
                            master.revNatId(),
                            master.flags(),
                            List.copyOf(own),
                            master.source()));
        });
        return Collections.unmodifiableSortedMap(services);
    }
}
