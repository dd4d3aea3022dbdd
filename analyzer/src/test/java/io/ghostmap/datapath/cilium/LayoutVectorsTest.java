package io.ghostmap.datapath.cilium;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.EntryDiff;
import io.ghostmap.datapath.Identity;
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
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One map of each layout, as a kernel (6.18) held it and bpftool (7.1) printed it: fixtures of
 * {@code src/test/layouts/make}, which says which bytes went in. Here stands what they mean.
 */
final class LayoutVectorsTest {
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
                    sink.read(path, in);
                }
            }
        }
        evidence = sink.assemble(new Bundle("layouts", Optional.empty(), Optional.empty(), new TreeMap<>(), List.of()));
        datapath = DatapathReader.read(evidence, Cilium.of(ByteOrder.LITTLE_ENDIAN));
    }

    /** Each with the first of its entries in the order of keys, unless more matter. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "cilium_lb4_services_v2 | address=10.96.0.7 dport=80 backend_slot=0 proto=6 scope=0 : backend_id=57390 count=0"
                        + " rev_nat_id=9 flags=0x0 flags2=0x4 qcount=0",
                "cilium_lb6_services_v2 | address=fd00:10::a dport=80 backend_slot=0 proto=6 scope=0 : backend_id=16777216"
                        + " count=1 rev_nat_id=524 flags=0x0 flags2=0x0 qcount=0",
                "cilium_lb4_services | address=10.96.0.1 dport=443 backend_slot=1 : target=192.168.0.5 port=6443 count=0"
                        + " rev_nat_id=1 weight=0",
                "cilium_lb6_services | address=fd00:10::a dport=80 backend_slot=1 : target=fd00:20::5 port=8080 count=0"
                        + " rev_nat_id=3 weight=7",
                "cilium_lb4_backends | id=258 : address=10.0.1.5 port=8080 proto=6",
                "cilium_lb4_backends_v2 | id=65538 : address=10.0.1.5 port=8080 proto=6 state=1",
                "cilium_lb4_backends_v3 | id=2 : address=10.0.1.5 port=8080 proto=6 state=0 cluster_id=0 zone=0",
                "cilium_lb6_backends | id=21 : address=fd00:20::5 port=8080 proto=6",
                "cilium_lb6_backends_v2 | id=21 : address=fd00:20::5 port=8080 proto=17 state=3",
                "cilium_lb6_backends_v3 | id=21 : address=fd00:20::5 port=8080 proto=6 state=0 cluster_id=2 zone=3",
                "cilium_lb4_reverse_nat | rev_nat_id=408 : address=172.17.93.4 port=8080",
                "cilium_lb6_reverse_nat | rev_nat_id=524 : address=fd00:10::a port=80",
                "cilium_lb4_reverse_sk | cookie=1309 address=192.168.0.5 port=6443 : address=10.96.0.1 port=443 rev_nat_id=1",
                "cilium_lb6_reverse_sk | cookie=1310 address=fd00:20::5 port=8080 : address=fd00:10::a port=80"
                        + " rev_nat_id=524",
                "cilium_lb4_affinity | client_id=50462986 rev_nat_id=408 netns_cookie=0x0 : last_used=298 backend_id=2",
                "cilium_lb6_affinity | client_id=0c 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 rev_nat_id=524"
                        + " netns_cookie=0x1 : last_used=300 backend_id=21",
                "cilium_lb_affinity_match | backend_id=2 rev_nat_id=408 : unused=0",
                "cilium_lb4_source_range | prefix_bits=56 rev_nat_id=408 address=192.168.1.0 : unused=0",
                "cilium_lb6_source_range | prefix_bits=96 rev_nat_id=524 address=fd00:30:: : unused=0",
                "cilium_maglev_inner | index=0 : backend_ids=2 3 2 3 2 3 2 3 2 3 2 3 2 3 2 3 … (251)",
                "cilium_lb4_health | cookie=1311 : address=10.0.1.5 port=8080 proto=6 state=0 cluster_id=0 zone=0",
                "cilium_lb6_health | cookie=1311 : address=fd00:20::5 port=8080 proto=6 state=0 cluster_id=0 zone=0",
                "cilium_skip_lb4 | netns_cookie=4108 address=10.96.0.10 port=53 : unused=1",
                "cilium_skip_lb6 | netns_cookie=4108 address=fd00:10::a port=80 : unused=1",
                "cilium_lb_act | rev_nat_id=408 zone=7 : opened=5 closed=3",
                "cilium_ipcache | prefix_bits=32 cluster_id=0 family=1 address=0.0.0.0 : identity=2 tunnel_endpoint=0.0.0.0"
                        + " node_id=0 key=0 flags=0x0",
                "cilium_ipcache_v2 | prefix_bits=64 cluster_id=0 family=1 address=192.168.0.2 : identity=1"
                        + " tunnel_endpoint=0.0.0.0 key=0 flags=0x0",
                "cilium_lxc | address=10.0.1.5 family=1 key=0 cluster_id=0 : ifindex=12 endpoint_id=321 flags=0x0"
                        + " mac=02 42 0a 00 01 05 node_mac=06 c1 11 22 33 44 identity=12345 parent_ifindex=0",
                "cilium_ct4_global | source=10.1.2.3 destination=10.0.1.5 dport=8080 sport=50000 proto=6 flags=0x0 :"
                        + " rx_packets=0 backend_id=0 packets=5 bytes=300 lifetime=4096 state=0x10 rev_nat_id=408 ifindex=0"
                        + " tx_flags_seen=0x12 rx_flags_seen=0x1a source_identity=12345 last_tx_report=0 last_rx_report=0",
                "cilium_ct_any6_global | source=fd00:20::6 destination=fd00:20::5 dport=53 sport=50000 proto=17"
                        + " flags=0x1 : rx_packets=0 backend_id=0 packets=5 bytes=300 lifetime=4096 state=0x10 rev_nat_id=0"
                        + " ifindex=0 tx_flags_seen=0x0 rx_flags_seen=0x0 source_identity=12345 last_tx_report=0"
                        + " last_rx_report=0",
                "cilium_snat_v4_external | source=10.1.2.3 destination=8.8.8.8 dport=53 sport=50000 proto=17 flags=0x0 :"
                        + " created=1 host_local=0 reserved=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                        + " to_address=192.168.0.2 to_port=50001",
                "cilium_snat_v6_external | source=fd00:20::6 destination=fd00:88::8 dport=53 sport=50000 proto=17"
                        + " flags=0x0 : created=1 host_local=0 reserved=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                        + " to_address=fd00:99::1 to_port=50001",
                "cilium_metrics | reason=5 direction=2 line=298 file=3 : count=14 bytes=600",
                "cilium_node_map | family=1 address=192.168.0.2 : node_id=12345",
                "cilium_node_map_v2 | family=1 address=192.168.0.2 : node_id=12345 spi=3",
                "cilium_tunnel_map | address=10.1.0.0 family=1 key=00 00 00 : address=192.168.0.2 family=1 key=00 00 00"
            })
    void bytesOfTheKernelMeanWhatTheReferenceSays(String name, String meaning) {
        assertThat(text(name, 0)).isEqualTo(meaning.replace(" :", ":"));
    }

    /** An array has every index; the one that was written is the second. */
    @Test
    void runtimeConfigAndRetriesAreArrays() {
        assertThat(text("cilium_runtime_config", 1)).isEqualTo("index=1: value=5000000000");
        assertThat(entries("cilium_runtime_config")).hasSize(256);
        assertThat(text("cilium_snat_v4_alloc_retries", 3)).isEqualTo("retries=3: count=4"); // 2 on each of 2 CPUs
    }

    @Test
    void maglevOuterMapHoldsTheIdOfTheInnerOne() {
        int inner = map("cilium_maglev_inner").id();

        assertThat(text("cilium_lb4_maglev", 0)).isEqualTo("rev_nat_id=408: inner_map_id=" + inner);
        assertThat(Cilium.of(ByteOrder.LITTLE_ENDIAN)
                        .referencedIds(
                                evidence.dump(map("cilium_lb4_maglev").id()).orElseThrow()))
                .containsExactly(inner);
    }

    /** Every map of the fixture, by the name of its pin. */
    @Test
    void everyMapIsToldForWhatItIs() {
        for (BpfMap map : evidence.state().maps().all()) {
            String pin = map.pins().get(0).substring(map.pins().get(0).lastIndexOf('/') + 1);
            Identity identity = identity(map);
            assertThat(identity.role()).as(pin).isPresent();
            assertThat(identity.fullName()).as(pin).isEqualTo(pin);
        }
        assertThat(evidence.state().maps().all()).hasSizeGreaterThan(38);
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
        return List.copyOf(
                EntryDiff.inOrder(evidence.dump(map(name).id()).orElseThrow()).values());
    }

    private static BpfMap map(String name) {
        return evidence.state().maps().all().stream()
                .filter(map -> map.pins().stream().anyMatch(pin -> pin.endsWith("/" + name)))
                .findFirst()
                .orElseThrow();
    }
}
