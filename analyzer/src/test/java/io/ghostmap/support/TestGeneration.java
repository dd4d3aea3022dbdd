package io.ghostmap.support;

import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The maps of one generation: each comes into being with its first row, under an id that does not depend on the order. */
final class TestGeneration {
    /** What the ids of a generation's maps count from its first. */
    private static final List<String> ORDER = List.of(
            "cilium_lb4_services_v2",
            "cilium_lb4_backends",
            "cilium_lb4_reverse_sk",
            "cilium_lb6_services_v2",
            "cilium_lb6_backends",
            "cilium_lb6_reverse_sk",
            "cilium_ipcache",
            "cilium_lb4_affinity",
            "cilium_lb6_affinity",
            "cilium_lb_affinity_match",
            "cilium_skip_lb4",
            "cilium_skip_lb6");

    private static final int ANY_RELEASE = 0;
    private static final int NO_PREALLOC = 0x01;
    private static final int RDONLY_PROG = 0x80;
    private static final int RANDOM = 1 << 24;
    private static final int MAGLEV = 2 << 24;
    private static final int FIRST_REV_NAT_ID = 408;

    private final int firstMap;
    private final Map<String, Integer> ids = new TreeMap<>();
    private final Map<String, List<MapRow>> rows = new TreeMap<>();
    private final Map<String, Long> backendIds = new LinkedHashMap<>();
    private String pinFolder = "";
    private int release = ANY_RELEASE;
    private boolean nameless;
    private int services;

    TestGeneration(int firstMap) {
        this.firstMap = firstMap;
    }

    void release(int minor) {
        release = minor;
    }

    void pinnedIn(String folder) {
        pinFolder = folder;
    }

    void nameless() {
        nameless = true;
    }

    private boolean before(int minor) {
        return release != ANY_RELEASE && release < minor;
    }

    /** Programs are named {@code cil_…} from 1.13 on, and after the translation up to 1.7. */
    String programName(String hook) {
        if (before(8)) {
            return "sock" + hook.charAt(hook.length() - 1)
                    + (hook.startsWith("sendmsg")
                            ? "_xlate_snd"
                            : hook.startsWith("recvmsg") ? "_xlate_rcv" : "_xlate");
        }
        String plain = "sock" + hook.charAt(hook.length() - 1) + "_" + hook.substring(0, hook.length() - 1);
        return (before(13) ? "" : "cil_") + plain;
    }

    // ---- rows -----------------------------------------------------------------------------------------

    void serves(TestService service) {
        Endpoint frontend = Addresses.endpoint(service.frontend);
        String services = map(lb(frontend.address(), "services_v2"));
        map(backends(frontend.address()));
        int revNatId = service.revNatId.orElse(FIRST_REV_NAT_ID + this.services++);
        rows(services)
                .add(entry(services, frontend, service, 0, revNatId)
                        .value("backend_id", firstWord(service))
                        .value("count", service.count.orElse(service.backends.size()))
                        .value("flags", service.flags() & 0xff)
                        .value("flags2", service.flags() >> Byte.SIZE)
                        .value("qcount", service.quarantined));
        int slot = 1;
        for (String backend : service.backends) {
            rows(services)
                    .add(entry(services, frontend, service, slot++, revNatId).value("backend_id", backendId(backend)));
        }
    }

    private MapRow entry(String map, Endpoint frontend, TestService service, int slot, int revNatId) {
        Protocol usual = before(17) ? Protocol.ANY : Protocol.TCP;
        return MapRow.in(map)
                .key("address", frontend.address())
                .key("dport", frontend.port())
                .key("backend_slot", slot)
                .key("proto", service.protocol.orElse(usual).number())
                .key("scope", service.internal ? 1 : 0)
                .value("rev_nat_id", revNatId);
    }

    /** The algorithm from 1.17 on, and the timeout; or the port of a proxy, in network order in the low half. */
    private int firstWord(TestService service) {
        if (service.marks.contains(TestService.Mark.L7)) {
            return Short.toUnsignedInt(Short.reverseBytes((short) service.proxyPort));
        }
        return (before(17) ? 0 : service.maglev ? MAGLEV : RANDOM) | service.affinitySeconds;
    }

    private long backendId(String endpoint) {
        if (!backendIds.containsKey(endpoint)) {
            backend(backendIds.values().stream().max(Long::compare).orElse(0L) + 1, endpoint, 0);
        }
        return backendIds.getOrDefault(endpoint, 0L);
    }

    void backend(long id, String endpoint, int state) {
        Endpoint backend = Addresses.endpoint(endpoint);
        String map = map(backends(backend.address()));
        backendIds.put(endpoint, id);
        MapRow row = MapRow.in(map)
                .key("id", id)
                .value("address", backend.address())
                .value("port", backend.port())
                .value("proto", Protocol.TCP.number());
        rows(map).add(before(11) ? row : row.value("state", state));
    }

    void knows(String network, int prefix, int identity) {
        IpAddress address = IpAddress.parse(network).orElseThrow();
        String map = map(before(18) ? "cilium_ipcache" : "cilium_ipcache_v2");
        rows(map)
                .add(MapRow.in(map)
                        .key("prefix_bits", 32 + prefix)
                        .key("family", address.isV4() ? 1 : 2)
                        .key("address", address)
                        .value("identity", identity));
    }

    /** A session of a network namespace, with the entry that makes its backend count. */
    void remembers(int revNatId, long netnsCookie, String backend, long lastUsed) {
        String map = map(lb(Addresses.endpoint(backend).address(), "affinity"));
        rows(map)
                .add(MapRow.in(map)
                        .key("client_id", netnsCookie)
                        .key("rev_nat_id", revNatId)
                        .key("netns_cookie", 1)
                        .value("last_used", lastUsed)
                        .value("backend_id", backendId(backend)));
        String matches = map("cilium_lb_affinity_match");
        rows(matches)
                .add(MapRow.in(matches).key("backend_id", backendId(backend)).key("rev_nat_id", revNatId));
    }

    void row(MapRow row) {
        rows(map(row.map())).add(row);
    }

    /** Without any row of it. */
    String map(String name) {
        idOf(name);
        rows(name);
        return name;
    }

    int idOf(String name) {
        return ids.computeIfAbsent(name, this::id);
    }

    void reverseSk(String hook) {
        map("cilium_lb" + hook.charAt(hook.length() - 1) + "_reverse_sk");
    }

    private List<MapRow> rows(String map) {
        return rows.computeIfAbsent(map, name -> new ArrayList<>());
    }

    private int id(String name) {
        int place = ORDER.indexOf(name.replaceFirst("(backends|ipcache)_v\\d$", "$1"));
        return firstMap
                + (place >= 0
                        ? place
                        : ORDER.size()
                                + (int) ids.values().stream()
                                        .filter(id -> id >= firstMap + ORDER.size())
                                        .count());
    }

    private static String lb(IpAddress address, String kind) {
        return "cilium_lb" + (address.isV4() ? "4_" : "6_") + kind;
    }

    private String backends(IpAddress address) {
        return lb(address, before(11) ? "backends" : before(13) ? "backends_v2" : "backends_v3");
    }

    // ---- what comes of it -----------------------------------------------------------------------------

    /** What a program of that hook references: of both families in IPv6 programs, for addresses that are mapped. */
    List<Integer> readAt(String hook) {
        completed();
        boolean reverse = hook.startsWith("getpeername") || hook.startsWith("recvmsg");
        boolean v4 = hook.endsWith("4");
        return ids.entrySet().stream()
                .filter(map -> !v4 || !map.getKey().matches(".*lb6.*"))
                .filter(map -> !reverse || map.getKey().matches(".*(services_v2|reverse_sk)"))
                .filter(map -> !map.getKey().matches(".*(_lxc|_ct|_snat|source_range|maglev|_metrics).*"))
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
    }

    private void completed() {
        if (ids.keySet().stream().noneMatch(name -> name.endsWith("services_v2"))) {
            map("cilium_lb4_services_v2");
            map(backends(IpAddress.parse("0.0.0.0").orElseThrow()));
        }
    }

    void write(NodeBundle bundle, ByteOrder order) {
        completed();
        ids.forEach((name, id) -> {
            MapRow.Shape shape = MapRow.shapeOf(name);
            boolean readOnly = release >= 20 && name.endsWith("services_v2");
            bundle.map(
                    id,
                    shape.type(),
                    nameless ? "" : shape.kernelName(),
                    shape.keyBytes(),
                    shape.valueBytes(),
                    shape.type().startsWith("lru") ? 0 : NO_PREALLOC | (readOnly ? RDONLY_PROG : 0),
                    pinFolder.isEmpty() ? "" : pinFolder + "/" + name);
            bundle.dumped(id);
            rows(name).forEach(row -> bundle.row(id, row.keyBytes(order), row.valueBytes(order)));
        });
    }

    /** For the list of files that an agent holds open. */
    List<Integer> mapIds() {
        completed();
        return ids.values().stream().sorted().toList();
    }
}
