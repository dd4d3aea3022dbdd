package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Drops;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code cilium_metrics}, read twice. From 1.16 on a reason has an entry for each place in the programs that drops for it;
 * they are added up.
 */
final class DropCounters {
    /** Lower reasons count packets that were passed on ({@code REASON_FORWARDED} and others). */
    private static final int FIRST_DROP = 130;

    /** As {@code cilium-dbg monitor} prints them ({@code pkg/monitor/api/drop.go}). */
    private static final Map<Integer, Text> NAMES = Map.ofEntries(
            Map.entry(132, Text.of("Invalid source ip")),
            Map.entry(133, Text.of("Policy denied")),
            Map.entry(134, Text.of("Invalid packet")),
            Map.entry(135, Text.of("CT: Truncated or invalid header")),
            Map.entry(151, Text.of("Stale or unroutable IP")),
            Map.entry(155, Text.of("CT: Map insertion failed")),
            Map.entry(158, Text.of("Service backend not found")),
            Map.entry(167, Text.of("No mapping for NAT masquerade")),
            Map.entry(169, Text.of("FIB lookup failed")),
            Map.entry(177, Text.of("Denied by LB src range check")),
            Map.entry(181, Text.of("Policy denied by denylist")));

    private record Counter(long packets, Citation source) {}

    private DropCounters() {}

    /** Reasons whose counters grew, from the one that grew most. */
    static List<Drops> between(MapDump before, MapDump after, ByteOrder order) {
        Map<Integer, Counter> earlier = counters(before, order);
        List<Drops> grown = new ArrayList<>();
        counters(after, order).forEach((reason, counter) -> {
            long packets = counter.packets - (earlier.containsKey(reason) ? earlier.get(reason).packets : 0);
            if (packets > 0) {
                Text number = Text.of("reason {}", Term.number(reason));
                grown.add(new Drops(reason, NAMES.getOrDefault(reason, number), packets, counter.source));
            }
        });
        grown.sort((one, other) -> Long.compare(other.packets(), one.packets()));
        return List.copyOf(grown);
    }

    private static Map<Integer, Counter> counters(MapDump dump, ByteOrder order) {
        Map<Integer, Counter> counters = new TreeMap<>();
        if (dump.count() == 0) {
            return counters;
        }
        Layout layout = Layouts.of(MapRole.of(MapRole.Kind.METRICS), dump.keyBytes(), dump.valueBytes());
        Field reason = layout.keyField("reason");
        Field count = layout.valueField("count");
        for (int row = 0; row < dump.kept(); row++) {
            int code = reason.small(dump.key(row), order);
            if (code >= FIRST_DROP) {
                Counter found = new Counter(sum(count, dump.value(row), dump, order), dump.cite(row));
                counters.merge(code, found, (one, other) -> new Counter(one.packets + other.packets, one.source));
            }
        }
        return counters;
    }

    /** A value for each CPU, one after another. */
    private static long sum(Field count, byte[] values, MapDump dump, ByteOrder order) {
        int size = dump.valueBytes();
        long sum = 0;
        for (int at = 0; at + size <= values.length; at += size) {
            sum += count.number(Arrays.copyOfRange(values, at, at + size), order);
        }
        return sum;
    }
}
