package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.LocalEndpoint;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.IpAddress;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code cilium_lxc} ({@code struct endpoint_key}, {@code struct endpoint_info}). */
final class Endpoints {
    private static final int FAMILY_IPV4 = 1;
    private static final int HOST = 0x01;

    private Endpoints() {}

    static SortedMap<IpAddress, LocalEndpoint> decode(MapDump dump, ByteOrder order) {
        SortedMap<IpAddress, LocalEndpoint> endpoints = new TreeMap<>();
        if (dump.count() == 0) {
            return endpoints;
        }
        Layout layout = Layouts.of(MapRole.ENDPOINTS, dump.keyBytes(), dump.valueBytes());
        for (int row = 0; row < dump.count(); row++) {
            MapEntry entry = new MapEntry(dump, row);
            byte[] key = entry.key();
            byte[] value = entry.value();
            boolean v4 = layout.keyField("family").number(key, order) == FAMILY_IPV4;
            LocalEndpoint endpoint = new LocalEndpoint(
                    layout.keyField("address").address(key, v4),
                    layout.valueField("ifindex").number(value, order),
                    layout.valueField("endpoint_id").small(value, order),
                    (layout.valueField("flags").number(value, order) & HOST) != 0,
                    layout.valueField("identity").number(value, order),
                    entry);
            endpoints.put(endpoint.address(), endpoint);
        }
        return Collections.unmodifiableSortedMap(endpoints);
    }
}
