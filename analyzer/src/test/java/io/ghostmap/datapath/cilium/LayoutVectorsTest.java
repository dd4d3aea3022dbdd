package io.ghostmap.datapath.cilium;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleLayout;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.EntryDiff;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * One map of each layout, as a kernel (6.18) held it and bpftool (7.1) printed it: fixtures of
 * {@code src/test/layouts/make}, which says which bytes went in. This test says what they mean.
 */
final class LayoutVectorsTest {
    private static final MapRole MAGLEV_INNER = MapRole.of(MapRole.Kind.MAGLEV_INNER);
    private static final int MAGLEV_ENTRIES = 251;
    private static final Pattern REFERENCED = Pattern.compile("@(\\w+)");

    /**
     * Name of the pin, place of the entry in the order of keys, meaning. A name after {@code @} stands for the id of that map.
     * An array has every index; a per-CPU map counts on each of 2 CPUs.
     */
    private static final List<Vector> VECTORS = List.of(
            new Vector(
                    "cilium_lb4_services_v2",
                    0,
                    "address=10.96.0.7 dport=80 backend_slot=0 proto=6 scope=0: backend_id=57390 count=0"
                            + " rev_nat_id=9 flags=0x0 flags2=0x4 qcount=0"),
            new Vector(
                    "cilium_lb6_services_v2",
                    0,
                    "address=fd00:10::a dport=80 backend_slot=0 proto=6 scope=0: backend_id=16777216 count=1"
                            + " rev_nat_id=524 flags=0x0 flags2=0x0 qcount=0"),
            new Vector(
                    "cilium_lb4_services",
                    0,
                    "address=10.96.0.1 dport=443 backend_slot=1: target=192.168.0.5 port=6443 count=0"
                            + " rev_nat_id=1 weight=0"),
            new Vector(
                    "cilium_lb6_services",
                    0,
                    "address=fd00:10::a dport=80 backend_slot=1: target=fd00:20::5 port=8080 count=0 rev_nat_id=3"
                            + " weight=7"),
            new Vector("cilium_lb4_backends", 0, "id=258: address=10.0.1.5 port=8080 proto=6"),
            new Vector("cilium_lb4_backends_v2", 0, "id=65538: address=10.0.1.5 port=8080 proto=6 state=1"),
            new Vector(
                    "cilium_lb4_backends_v3",
                    0,
                    "id=2: address=10.0.1.5 port=8080 proto=6 state=0 cluster_id=0 zone=0"),
            new Vector("cilium_lb6_backends", 0, "id=21: address=fd00:20::5 port=8080 proto=6"),
            new Vector("cilium_lb6_backends_v2", 0, "id=21: address=fd00:20::5 port=8080 proto=17 state=3"),
            new Vector(
                    "cilium_lb6_backends_v3",
                    0,
                    "id=21: address=fd00:20::5 port=8080 proto=6 state=0 cluster_id=2 zone=3"),
            new Vector("cilium_lb4_reverse_nat", 0, "rev_nat_id=408: address=172.17.93.4 port=8080"),
            new Vector("cilium_lb6_reverse_nat", 0, "rev_nat_id=524: address=fd00:10::a port=80"),
            new Vector(
                    "cilium_lb4_reverse_sk",
                    0,
                    "cookie=1309 address=192.168.0.5 port=6443: address=10.96.0.1 port=443 rev_nat_id=1"),
            new Vector(
                    "cilium_lb6_reverse_sk",
                    0,
                    "cookie=1310 address=fd00:20::5 port=8080: address=fd00:10::a port=80 rev_nat_id=524"),
            new Vector(
                    "cilium_lb4_affinity",
                    0,
                    "client_id=50462986 rev_nat_id=408 netns_cookie=0x0: last_used=298 backend_id=2"),
            new Vector(
                    "cilium_lb6_affinity",
                    0,
                    "client_id=0c 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 rev_nat_id=524 netns_cookie=0x1:"
                            + " last_used=300 backend_id=21"),
            new Vector("cilium_lb_affinity_match", 0, "backend_id=2 rev_nat_id=408: unused=0"),
            new Vector("cilium_lb4_source_range", 0, "prefix_bits=56 rev_nat_id=408 address=192.168.1.0: unused=0"),
            new Vector("cilium_lb6_source_range", 0, "prefix_bits=96 rev_nat_id=524 address=fd00:30::: unused=0"),
            new Vector("cilium_maglev_inner", 0, "index=0: backend_ids=2 3 2 3 2 3 2 3 2 3 2 3 2 3 2 3 … (251)"),
            new Vector("cilium_lb4_maglev_inner", 0, "index=0: backend_ids=2 3 2 3 2 3 2 3 2 3 2 3 2 3 2 3 … (251)"),
            new Vector("cilium_lb6_maglev_inner", 0, "index=0: backend_ids=2 3 2 3 2 3 2 3 2 3 2 3 2 3 2 3 … (251)"),
            new Vector("cilium_lb4_maglev", 0, "rev_nat_id=408: inner_map_id=@cilium_maglev_inner"),
            new Vector("cilium_lb6_maglev", 0, "rev_nat_id=524: inner_map_id=@cilium_maglev_inner"),
            new Vector("old/cilium_lb4_maglev", 0, "rev_nat_id=409: inner_map_id=@cilium_lb4_maglev_inner"),
            new Vector("old/cilium_lb6_maglev", 0, "rev_nat_id=525: inner_map_id=@cilium_lb6_maglev_inner"),
            new Vector("old/cilium_lb4_health", 0, "cookie=1312: address=10.0.1.5 port=8080 proto=6"),
            new Vector("old/cilium_lb6_health", 0, "cookie=1312: address=fd00:20::5 port=8080 proto=17"),
            new Vector(
                    "cilium_lb4_health",
                    0,
                    "cookie=1311: address=10.0.1.5 port=8080 proto=6 state=0 cluster_id=0 zone=0"),
            new Vector(
                    "cilium_lb6_health",
                    0,
                    "cookie=1311: address=fd00:20::5 port=8080 proto=6 state=0 cluster_id=0 zone=0"),
            new Vector("cilium_skip_lb4", 0, "netns_cookie=4108 address=10.96.0.10 port=53: unused=1"),
            new Vector("cilium_skip_lb6", 0, "netns_cookie=4108 address=fd00:10::a port=80: unused=1"),
            new Vector("cilium_lb_act", 0, "rev_nat_id=408 zone=7: opened=5 closed=3"),
            new Vector(
                    "cilium_ipcache",
                    0,
                    "prefix_bits=32 cluster_id=0 family=1 address=0.0.0.0: identity=2 tunnel_endpoint=0.0.0.0"
                            + " node_id=0 key=0 flags=0x0"),
            new Vector(
                    "cilium_ipcache_v2",
                    0,
                    "prefix_bits=64 cluster_id=0 family=1 address=192.168.0.2: identity=1 tunnel_endpoint=0.0.0.0"
                            + " key=0 flags=0x0"),
            new Vector(
                    "cilium_lxc",
                    0,
                    "address=10.0.1.5 family=1 key=0 cluster_id=0: ifindex=12 endpoint_id=321 flags=0x0 mac=02 42"
                            + " 0a 00 01 05 node_mac=06 c1 11 22 33 44 identity=12345 parent_ifindex=0"),
            new Vector(
                    "cilium_ct4_global",
                    0,
                    "source=10.1.2.3 destination=10.0.1.5 dport=8080 sport=50000 proto=6 flags=0x0: rx_packets=0"
                            + " backend_id=0 packets=5 bytes=300 lifetime=4096 state=0x10 rev_nat_id=408 ifindex=0"
                            + " tx_flags_seen=0x12 rx_flags_seen=0x1a source_identity=12345 last_tx_report=0"
                            + " last_rx_report=0"),
            new Vector(
                    "cilium_ct_any4_global",
                    0,
                    "source=10.96.0.10 destination=10.1.2.3 dport=50000 sport=53 proto=17 flags=0x4: rx_packets=0"
                            + " backend_id=2 packets=1 bytes=68 lifetime=4096 state=0x0 rev_nat_id=6 ifindex=0"
                            + " tx_flags_seen=0x0 rx_flags_seen=0x0 source_identity=0 last_tx_report=0 last_rx_report=0"),
            new Vector(
                    "cilium_ct6_global",
                    0,
                    "source=fd00:20::6 destination=fd00:20::5 dport=8080 sport=50000 proto=6 flags=0x0:"
                            + " rx_packets=0 backend_id=0 packets=3 bytes=200 lifetime=4096 state=0x13 rev_nat_id=524"
                            + " ifindex=11 tx_flags_seen=0x12 rx_flags_seen=0x1b source_identity=12345 last_tx_report=3841"
                            + " last_rx_report=3842"),
            new Vector(
                    "cilium_ct_any6_global",
                    0,
                    "source=fd00:20::6 destination=fd00:20::5 dport=53 sport=50000 proto=17 flags=0x1:"
                            + " rx_packets=0 backend_id=0 packets=5 bytes=300 lifetime=4096 state=0x10 rev_nat_id=0"
                            + " ifindex=0 tx_flags_seen=0x0 rx_flags_seen=0x0 source_identity=12345 last_tx_report=0"
                            + " last_rx_report=0"),
            new Vector(
                    "cilium_snat_v4_external",
                    0,
                    "source=10.1.2.3 destination=8.8.8.8 dport=53 sport=50000 proto=17 flags=0x0: created=1"
                            + " host_local=0 reserved=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                            + " to_address=192.168.0.2 to_port=50001"),
            new Vector(
                    "cilium_snat_v6_external",
                    0,
                    "source=fd00:20::6 destination=fd00:88::8 dport=53 sport=50000 proto=17 flags=0x0: created=1"
                            + " host_local=0 reserved=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 to_address=fd00:99::1"
                            + " to_port=50001"),
            new Vector("cilium_snat_v4_alloc_retries", 3, "retries=3: count=4"),
            new Vector("cilium_snat_v6_alloc_retries", 32, "retries=32: count=2"),
            new Vector("cilium_metrics", 0, "reason=5 direction=2 line=298 file=3: count=14 bytes=600"),
            new Vector("cilium_node_map", 0, "family=1 address=192.168.0.2: node_id=12345"),
            new Vector("cilium_node_map_v2", 0, "family=1 address=192.168.0.2: node_id=12345 spi=3"),
            new Vector(
                    "cilium_tunnel_map",
                    0,
                    "address=10.1.0.0 family=1 key=00 00 00: address=192.168.0.2 family=1 key=00 00 00"),
            new Vector("cilium_runtime_config", 1, "index=1: value=5000000000"));

    private record Vector(String name, int index, String meaning) {}

    private static Evidence evidence;
    private static Datapath datapath;

    @BeforeAll
    static void read() throws IOException {
        EvidenceSink sink = new EvidenceSink();
        Path folder = Repository.root().resolve("analyzer/src/test/resources/layouts");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                String path = name.equals("maps.json") ? "bpf/before/maps.json" : "bpf/map-dumps/" + name;
                try (InputStream in = Files.newInputStream(file)) {
                    sink.read(BundleLayout.GHOSTMAP.memberAt(path), in);
                }
            }
        }
        evidence = sink.assemble(new Bundle("layouts", Optional.empty(), Optional.empty(), Set.of(), List.of()));
        datapath = DatapathReader.read(evidence, List.of(Cilium.of(ByteOrder.LITTLE_ENDIAN)));
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    void bytesOfTheKernelMeanWhatTheReferenceSays(Vector vector) {
        Matcher id = REFERENCED.matcher(vector.meaning());
        String meaning =
                id.find() ? id.replaceFirst(String.valueOf(map(id.group(1)).id())) : vector.meaning();

        assertThat(text(vector.name(), vector.index())).isEqualTo(meaning);
    }

    /** A layout that is added without the bytes of a kernel fails here: row by row, size by size. */
    @Test
    void everyLayoutHasAVector() {
        Set<String> vectors = VECTORS.stream()
                .map(vector -> map(vector.name()))
                .map(map -> identity(map).fullName() + " " + map.type() + " " + map.keyBytes() + "/"
                        + (isMaglevInner(map) ? "ids of " + map.valueBytes() / MAGLEV_ENTRIES : map.valueBytes()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(Layouts.list().stream()
                        .filter(layout -> !layout.isOf(MapRole.OTHER))
                        .map(layout -> layout.name() + " " + layout.type() + " " + layout.keyBytes() + "/"
                                + (layout.isOf(MAGLEV_INNER) ? "ids of " : "") + layout.valueBytes()))
                .containsExactlyInAnyOrderElementsOf(vectors);
    }

    private static boolean isMaglevInner(BpfMap map) {
        return identity(map).role().equals(Optional.of(MAGLEV_INNER));
    }

    /** Other maps of Cilium with the sizes of the load balancer's: each has a layout, and is not taken for one of those. */
    @Test
    void lookalikesAreNotTakenForMapsOfTheLoadBalancer() {
        List<String> lookalikes = Layouts.list().stream()
                .filter(layout -> layout.isOf(MapRole.OTHER))
                .map(Layout::name)
                .toList();

        for (String name : lookalikes) {
            BpfMap map = map(name);
            assertThat(datapath.identities()).as(name).doesNotContainKey(map.id());
            assertThat(Layouts.list()).as(name).anyMatch(layout -> !layout.isOf(MapRole.OTHER) && layout.fits(map));
        }
        assertThat(lookalikes).hasSize(4);
    }

    @Test
    void runtimeConfigIsAnArray() {
        assertThat(entries("cilium_runtime_config")).hasSize(256);
    }

    @Test
    void maglevOuterMapNamesTheInnerOne() {
        assertThat(Cilium.of(ByteOrder.LITTLE_ENDIAN)
                        .referencedIds(evidence.bpf()
                                .dump(map("cilium_lb4_maglev").id())
                                .orElseThrow()))
                .containsExactly(map("cilium_maglev_inner").id());
    }

    /** Every map of the fixture, by the name of its pin. */
    @Test
    void everyMapIsIdentified() {
        for (BpfMap map : VECTORS.stream().map(vector -> map(vector.name())).toList()) {
            String pin = map.pins().get(0).substring(map.pins().get(0).lastIndexOf('/') + 1);
            Identity identity = identity(map);
            assertThat(identity.role()).as(pin).isPresent();
            assertThat(identity.fullName()).as(pin).isEqualTo(pin);
        }
        assertThat(evidence.bpf().state().maps().all()).hasSize(VECTORS.size() + 4);
    }

    private static Identity identity(BpfMap map) {
        return Optional.ofNullable(datapath.identities().get(map.id())).orElseThrow();
    }

    private static String text(String name, int index) {
        MapEntry entry = entries(name).get(index);
        List<NamedValue> fields =
                Cilium.of(ByteOrder.LITTLE_ENDIAN).fields(identity(map(name)), entry.dump(), entry.row());
        return half(fields, true) + ": " + half(fields, false);
    }

    private static String half(List<NamedValue> fields, boolean inKey) {
        return fields.stream()
                .filter(field -> field.inKey() == inKey)
                .map(field -> field.name() + "=" + field.text())
                .collect(Collectors.joining(" "));
    }

    private static List<MapEntry> entries(String name) {
        return List.copyOf(EntryDiff.inOrder(evidence.bpf().dump(map(name).id()).orElseThrow())
                .values());
    }

    private static BpfMap map(String name) {
        return evidence.bpf().state().maps().all().stream()
                .filter(map -> map.pins().contains("/sys/fs/bpf/tc/globals/" + name))
                .findFirst()
                .orElseThrow();
    }
}
