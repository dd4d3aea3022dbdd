package io.ghostmap.datapath.cilium;

import static io.ghostmap.datapath.cilium.Bytes.u16be;
import static io.ghostmap.datapath.cilium.Bytes.u64;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * {@code cilium_lb4_reverse_sk} and the same for IPv6 ({@code struct ipv4_revnat_tuple},
 * {@code struct ipv4_revnat_entry}). With {@code a} the bytes of an address:
 *
 * <pre>
 * key    0   8  socket cookie   node order
 *        8   a  backend address network order
 *      8+a   2  backend port    network order
 * value  0   a  address that the application asked for, network order
 *        a   2  its port        network order
 *      a+2   2  rev_nat_index   network order
 * </pre>
 */
final class ReverseSk {
    private static final Comparator<ReverseSkEntry> ORDER =
            Comparator.comparing(ReverseSkEntry::backend).thenComparing(ReverseSkEntry::cookie, Long::compareUnsigned);

    private ReverseSk() {}

    static List<ReverseSkEntry> decode(MapDump dump, Family family, ByteOrder order) {
        int a = family.addressBytes();
        List<ReverseSkEntry> entries = new ArrayList<>();
        for (int row = 0; row < dump.count(); row++) {
            byte[] key = dump.key(row);
            byte[] value = dump.value(row);
            entries.add(new ReverseSkEntry(
                    u64(key, 0, order),
                    new Endpoint(IpAddress.of(key, 8, a), u16be(key, 8 + a)),
                    new Endpoint(IpAddress.of(value, 0, a), u16be(value, a)),
                    u16be(value, a + 2),
                    dump.cite(row)));
        }
        entries.sort(ORDER);
        return List.copyOf(entries);
    }
}
