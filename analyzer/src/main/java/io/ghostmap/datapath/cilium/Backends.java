package io.ghostmap.datapath.cilium;

import static io.ghostmap.datapath.cilium.Bytes.u16;
import static io.ghostmap.datapath.cilium.Bytes.u16be;
import static io.ghostmap.datapath.cilium.Bytes.u32;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code cilium_lb4_backends} in its three versions and the same for IPv6 ({@code struct lb4_backend}). With {@code a}
 * the bytes of an address:
 *
 * <pre>
 * key    0   2  id              node order; v1 (up to 1.10)
 *        0   4  id              node order; v2 and v3
 * value  0   a  address         network order
 *        a   2  port            network order
 *      a+2   1  proto           not used for matching
 *      a+3   1  state           1.12; never consulted by the socket programs
 *      a+4   4  cluster id, zone, padding: v3
 * </pre>
 */
final class Backends {
    private Backends() {}

    static SortedMap<Long, Backend> decode(MapDump dump, Family family, ByteOrder order) {
        int a = family.addressBytes();
        SortedMap<Long, Backend> backends = new TreeMap<>();
        for (int row = 0; row < dump.count(); row++) {
            byte[] key = dump.key(row);
            byte[] value = dump.value(row);
            long id = key.length == Short.BYTES ? u16(key, 0, order) : u32(key, 0, order);
            Endpoint endpoint = new Endpoint(IpAddress.of(value, 0, a), u16be(value, a));
            backends.put(id, new Backend(id, endpoint, dump.cite(row)));
        }
        return Collections.unmodifiableSortedMap(backends);
    }
}
