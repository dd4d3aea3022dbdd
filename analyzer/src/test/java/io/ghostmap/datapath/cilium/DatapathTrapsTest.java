package io.ghostmap.datapath.cilium;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.CONNECT6;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.Mark.INTERNAL_LOCAL;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.datapath.Reason;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.ServiceDiff;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a careless reader of Cilium's maps gets wrong; the numbers are those of the reference's section 10. */
final class DatapathTrapsTest {
    private static final String PIN = "/sys/fs/bpf/tc/globals/";

    @TempDir
    private Path folder;

    @Test
    void trap01RevNatIdIsBigEndianBesideNumbersInTheNodesOrder() throws UnreadableBundleException {
        TestNode node = services("0a600001005000000600 0000", "00000000 0300 0198 00 00 0000");

        Service little = only(read(node, ByteOrder.LITTLE_ENDIAN));
        assertThat(little.revNatId()).isEqualTo(0x198);
        assertThat(little.count()).isEqualTo(3);
        Service big = only(
                read(services("0a600001005000000600 0000", "00000000 0003 0198 00 00 0000"), ByteOrder.BIG_ENDIAN));
        assertThat(big.revNatId()).isEqualTo(0x198);
        assertThat(big.count()).isEqualTo(3);
    }

    @Test
    void trap02FifteenCharactersDoNotIdentifyAMap() throws UnreadableBundleException {
        Datapath datapath = read(
                node().map(1, "hash", "cilium_lb4_reve", 2, 6, "")
                        .map(2, "lru_hash", "cilium_lb4_reve", 16, 8, "")
                        .map(3, "hash", "cilium_lb4_back", 2, 8, "")
                        .map(4, "hash", "cilium_lb4_back", 4, 8, "")
                        .map(5, "hash", "cilium_lb4_back", 4, 12, "")
                        .map(6, "hash", "cilium_lb4_serv", 12, 12, "")
                        .map(7, "hash", "cilium_lb4_serv", 8, 12, "")
                        .map(8, "hash", "my_own_map", 12, 12, "")
                        .map(9, "array", "cilium_lb4_serv", 12, 12, ""),
                ByteOrder.LITTLE_ENDIAN);

        assertThat(names(datapath, 1, 2, 3, 4, 5, 6, 7))
                .containsExactly(
                        "cilium_lb4_reverse_nat",
                        "cilium_lb4_reverse_sk",
                        "cilium_lb4_backends",
                        "cilium_lb4_backends_v2",
                        "cilium_lb4_backends_v3",
                        "cilium_lb4_services_v2",
                        "cilium_lb4_services");
        assertThat(datapath.identities()).doesNotContainKeys(8, 9);
        assertThat(datapath.generations(MapRole.of(Kind.SERVICES, Family.IPV4)))
                .extracting(Generation::mapId)
                .containsExactly(6);
    }

    @Test
    void trap02MapWithoutANameIsKnownByPinOrUseOrStaysOpen() throws UnreadableBundleException {
        Datapath datapath = read(
                node().map(1, "lru_hash", "", 16, 8, "")
                        .map(2, "lru_hash", "", 16, 8, PIN + "cilium_lb4_reverse_sk")
                        .map(3, "hash", "", 12, 12, "")
                        .map(4, "hash", "", 4, 12, "")
                        .map(5, "hash", "", 12, 12, "")
                        .map(6, "lru_hash", "", 38, 56, PIN + "cilium_snat_v6_external")
                        .map(7, "lru_hash", "", 38, 56, "")
                        .program(20, "sock4_connect", 3, 4)
                        .program(21, "something_else", 5),
                ByteOrder.LITTLE_ENDIAN);

        Identity open = identity(datapath, 1);
        assertThat(open.role()).isEmpty();
        assertThat(open.candidates()).contains(MapRole.of(Kind.REVERSE_SK, Family.IPV4), MapRole.OTHER);
        assertThat(names(datapath, 2, 3, 4, 6))
                .containsExactly(
                        "cilium_lb4_reverse_sk",
                        "cilium_lb4_services_v2",
                        "cilium_lb4_backends_v3",
                        "cilium_snat_v6_external");
        assertThat(datapath.identities()).doesNotContainKey(5);
        assertThat(identity(datapath, 7).candidates())
                .containsExactlyInAnyOrder(
                        MapRole.of(Kind.CT_TCP, Family.IPV6),
                        MapRole.of(Kind.CT_ANY, Family.IPV6),
                        MapRole.of(Kind.SNAT, Family.IPV6));
    }

    /** Agents up to 1.11 leave every map of theirs without a name, and old generations have no pins either. */
    @Test
    void trap02NamelessMapsOfAnOldAgentAreKnownByTheSocketProgramThatUsesThem() throws UnreadableBundleException {
        TestNode node = node().generation("old", 27)
                .release(10)
                .nameless()
                .serves("10.96.0.1:80", "10.0.0.7:80")
                .serves("[fd00::1]:80", "[fd00::7]:80")
                .has("cilium_lb4_reverse_sk")
                .has("cilium_lb6_reverse_sk")
                .knows("10.0.0.0/8", 2)
                .remembers(408, 4242, "10.0.0.7:80", 99)
                .has("cilium_lb4_health")
                .has("cilium_metrics");
        List<String> names = List.of(
                "cilium_lb4_services_v2",
                "cilium_lb4_backends",
                "cilium_lb4_reverse_sk",
                "cilium_lb6_services_v2",
                "cilium_lb6_backends",
                "cilium_lb6_reverse_sk",
                "cilium_ipcache",
                "cilium_lb4_affinity",
                "cilium_lb_affinity_match",
                "cilium_lb4_health",
                "cilium_metrics");
        Integer[] ids = names.stream().map(node::mapId).toArray(Integer[]::new);

        Datapath datapath = read(node.loadsOver(109, CONNECT6, ids), ByteOrder.LITTLE_ENDIAN);

        assertThat(datapath.ambiguities()).isEmpty();
        assertThat(datapath.identities().values())
                .extracting(Identity::fullName)
                .containsExactlyElementsOf(names);
        assertThat(datapath.view(109).orElseThrow().servicesV4().content().orElseThrow())
                .hasSize(1);
    }

    @Test
    void trap03FirstWordOfAFrontendIsNotABackend() throws UnreadableBundleException {
        Service affine = only(
                read(services("0a600001005000000600 0000", "302a0002 0100 0198 10 00 0000"), ByteOrder.LITTLE_ENDIAN));
        assertThat(ServiceMarks.of(affine).affinityTimeoutSeconds()).isEqualTo(10_800);
        assertThat(ServiceMarks.of(affine).algorithm()).isEqualTo(ServiceMarks.Algorithm.MAGLEV);
        assertThat(affine.slots()).isEmpty();

        Service proxied = only(
                read(services("0a600001005000000600 0000", "2ee00000 0000 0198 00 04 0000"), ByteOrder.LITTLE_ENDIAN));
        assertThat(ServiceMarks.of(proxied).proxyPort()).hasValue(0x2ee0);
        assertThat(ServiceMarks.of(only(read(
                                services("0a600001005000000600 0000", "00002ee0 0000 0198 00 04 0000"),
                                ByteOrder.BIG_ENDIAN)))
                        .proxyPort())
                .hasValue(0x2ee0);
    }

    @Test
    void trap04BackendsAreThoseOfTheProgramAndNotOfThePin() throws UnreadableBundleException {
        TestNode node = node().generation("old", 27)
                .release(10)
                .backend(7, "10.0.1.5:8080")
                .serves(service("10.96.0.1:80").over(Protocol.TCP).to("10.0.1.5:8080"))
                .loads(109)
                .generation("new", 144)
                .pinned()
                .backend(7, "10.0.9.9:9");
        Datapath datapath = read(node, ByteOrder.LITTLE_ENDIAN);

        View view = datapath.view(109).orElseThrow();
        assertThat(view.backendsOf(view.service(frontend("10.96.0.1:80")).orElseThrow()))
                .extracting(Endpoint::toString)
                .containsExactly("10.0.1.5:8080");
        assertThat(Cilium.onNode(evidence(node)).versionsOf(view)).isEqualTo(VersionRange.between(8, 10));
    }

    @Test
    void trap05SlotsBeyondTheCountAreKeptAndNeverChosen() throws UnreadableBundleException {
        Datapath datapath = read(
                node().generation("only", 27)
                        .serves(service("10.96.0.1:80")
                                .to("10.0.0.7:80", "10.0.0.8:80")
                                .counting(1))
                        .loads(109),
                ByteOrder.LITTLE_ENDIAN);

        Service service = only(datapath);
        assertThat(service.slots()).extracting(Slot::index).containsExactly(1, 2);
        assertThat(service.selectable()).extracting(Slot::index).containsExactly(1);
    }

    @Test
    void trap06ProtocolAndScopeAreParts() throws UnreadableBundleException {
        Datapath datapath = read(
                node().generation("only", 27)
                        .serves(service("10.96.0.1:53").over(Protocol.ANY).to("10.0.0.7:53"))
                        .serves(service("10.96.0.1:53").over(Protocol.UDP).to("10.0.0.8:53"))
                        .serves(service("10.96.0.1:53")
                                .over(Protocol.UDP)
                                .internal()
                                .to("10.0.0.9:53"))
                        .loads(109),
                ByteOrder.LITTLE_ENDIAN);

        assertThat(services(datapath).keySet())
                .extracting(Frontend::toString)
                .containsExactly("10.96.0.1:53/ANY", "10.96.0.1:53/UDP", "10.96.0.1:53/UDP/i");
    }

    @Test
    void flagBitsThatShareAPlaceAreDistinguishedByTheOthers() throws UnreadableBundleException {
        assertThat(flags("08 08")).containsExactlyInAnyOrder(ServiceFlag.HOST_PORT, ServiceFlag.LOOPBACK);
        assertThat(flags("00 08")).containsExactly(ServiceFlag.L7_DELEGATE);
        assertThat(flags("80 40")).containsExactlyInAnyOrder(ServiceFlag.SOURCE_RANGE, ServiceFlag.SOURCE_RANGE_DENY);
        assertThat(flags("44 30"))
                .containsExactlyInAnyOrder(
                        ServiceFlag.EXTERNAL_LOCAL,
                        ServiceFlag.ROUTABLE,
                        ServiceFlag.INTERNAL_LOCAL,
                        ServiceFlag.TWO_SCOPES);
        Datapath slots = read(
                services("0a600001005000000600 0000", "00000000 0100 0198 00 00 0100")
                        .row(27, "0a600001 0050 0200 06 00 0000", "07000000 0000 0198 00 40 0000"),
                ByteOrder.LITTLE_ENDIAN);
        assertThat(FlagBits.decode(0, 0x40, true).set()).containsExactly(ServiceFlag.QUARANTINED);
        assertThat(only(slots).quarantined()).isEqualTo(1);
    }

    @Test
    void trap09IpcachePrefixesCountTheBitsAheadOfTheAddress() throws UnreadableBundleException {
        Datapath datapath = read(
                node().generation("only", 27)
                        .loadsOver(109, CONNECT4, 27, 28, 60)
                        .map(60, "lpm_trie", "cilium_ipcache", 24, 12, PIN + "cilium_ipcache")
                        .row(60, "20000000 0000 00 01" + "00".repeat(16), "02000000 00000000 0000 00 00")
                        .row(60, "40000000 0000 00 01 c0a80002" + "00".repeat(12), "01000000 00000000 0000 00 00")
                        .row(60, "38000000 0000 00 01 c0a80100" + "00".repeat(12), "06000000 c0a80003 0000 00 01")
                        .row(60, "a0000000 0000 00 02 fd00" + "00".repeat(13) + "05", "07000002 00000000 0000 00 00"),
                ByteOrder.LITTLE_ENDIAN);

        IpCacheTable cache = new OwnTables(ByteOrder.LITTLE_ENDIAN)
                .ipCache(datapath.view(109).orElseThrow())
                .content()
                .orElseThrow();
        assertThat(cache.lookup(address("192.168.0.2")).orElseThrow().isHost()).isTrue();
        assertThat(cache.lookup(address("192.168.1.77")).orElseThrow().isRemoteNode(trait -> true))
                .isTrue();
        assertThat(cache.lookup(address("192.168.1.77")).orElseThrow().prefixLength())
                .isEqualTo(24);
        assertThat(cache.lookup(address("8.8.8.8")).orElseThrow().identity()).isEqualTo(2);
        assertThat(cache.lookup(address("fd00::5")).orElseThrow().isRemoteNode(trait -> true))
                .isTrue();
        assertThat(cache.lookup(address("fd00::6"))).isEmpty();
    }

    @Test
    void trap13FrozenMapsWithoutAnyPinAreAGenerationLikeAnother() throws UnreadableBundleException {
        Datapath datapath = read(
                node().generation("old", 27)
                        .runs(109)
                        .generation("new", 144)
                        .pinned()
                        .runs(160),
                ByteOrder.LITTLE_ENDIAN);

        assertThat(datapath.generation(27).orElseThrow().currency()).isEqualTo(Currency.NOT_CURRENT);
        assertThat(datapath.generation(27).orElseThrow().attachments().get(0).via())
                .isEqualTo(Attachment.Via.LEGACY);
        assertThat(datapath.generation(144).orElseThrow().reasons())
                .filteredOn(Reason.Age.class::isInstance)
                .extracting(reason -> ((Reason.Age) reason).place())
                .containsExactly(Reason.Place.YOUNGEST);
    }

    @Test
    void mapsReachedThroughProgArraysAndOuterMapsAreInTheView() throws UnreadableBundleException {
        Datapath datapath = read(
                node().generation("only", 27)
                        .serves("10.96.0.1:80", "10.0.0.7:80")
                        .map(50, "prog_array", "cilium_calls", 4, 4, "")
                        .row(50, "00000000", "6e000000")
                        .map(51, "hash_of_maps", "cilium_lb4_magl", 2, 4, "")
                        .row(51, "0198", "34000000")
                        .map(52, "array", "cilium_maglev_i", 4, 1004, "")
                        .program(109, "cil_sock4_connect", 50)
                        .program(110, "tail_handle", 27, 28, 51),
                ByteOrder.LITTLE_ENDIAN);

        View view = datapath.view(109).orElseThrow();
        assertThat(view.maps()).containsExactly(27, 28, 50, 51, 52);
        assertThat(view.service(frontend("10.96.0.1:80"))).isPresent();
    }

    @Test
    void agentsOfTwoClustersOnOneKernelAreBothRight() throws UnreadableBundleException {
        TestNode two = twoCiliums();
        assertThat(currencies(read(two, ByteOrder.LITTLE_ENDIAN)))
                .as("only the cgroups differ")
                .containsExactly(Currency.UNKNOWN, Currency.CURRENT);
        TestNode held = twoCiliums()
                .generation("node-a")
                .heldByAgent(11)
                .generation("node-b")
                .heldByAgent(22);
        assertThat(currencies(read(held, ByteOrder.LITTLE_ENDIAN))).containsExactly(Currency.CURRENT, Currency.CURRENT);
    }

    /** Two sets of maps, each used in the cgroup of a node container of its own. */
    private static TestNode twoCiliums() {
        return node().generation("node-a")
                .at(ROOT + "/node-a")
                .runs(109)
                .generation("node-b")
                .pinned()
                .at(ROOT + "/node-b")
                .runs(160);
    }

    private static List<Currency> currencies(Datapath datapath) {
        return datapath.generations(MapRole.of(Kind.SERVICES, Family.IPV4)).stream()
                .map(Generation::currency)
                .toList();
    }

    @Test
    void servicesAreComparedByTheirBackends() throws UnreadableBundleException {
        Datapath datapath = read(
                node().generation("old", 27)
                        .serves("10.96.0.1:80", "10.0.0.1:1")
                        .serves("10.96.0.2:80", "10.0.0.1:1")
                        .serves("10.96.0.3:80", "10.0.0.1:1")
                        .serves("10.96.0.5:80", "10.0.0.1:1")
                        .loads(109)
                        .generation("new", 144)
                        .pinned()
                        .backend(70, "10.0.0.1:1")
                        .backend(71, "10.0.0.2:1")
                        .serves("10.96.0.1:80", "10.0.0.1:1")
                        .serves("10.96.0.2:80", "10.0.0.2:1")
                        .serves("10.96.0.4:80", "10.0.0.1:1")
                        .serves(service("10.96.0.5:80").marked(INTERNAL_LOCAL).to("10.0.0.1:1"))
                        .loads(160),
                ByteOrder.LITTLE_ENDIAN);

        ServiceDiff diff = ServiceDiff.between(datapath, 27, 144).orElseThrow();
        assertThat(diff.same()).isEqualTo(1);
        assertThat(diff.moved())
                .extracting(change -> change.frontend().toString())
                .containsExactly("10.96.0.2:80/TCP");
        assertThat(diff.removed())
                .extracting(service -> service.frontend().toString())
                .containsExactly("10.96.0.3:80/TCP");
        assertThat(diff.added())
                .extracting(service -> service.frontend().toString())
                .containsExactly("10.96.0.4:80/TCP");
        assertThat(diff.marked())
                .extracting(change -> change.frontend().toString())
                .containsExactly("10.96.0.5:80/TCP");
    }

    private List<ServiceFlag> flags(String twoBytes) throws UnreadableBundleException {
        Service service = only(read(
                services("0a600001005000000600 0000", "00000000 0100 0198 " + twoBytes + " 0000"),
                ByteOrder.LITTLE_ENDIAN));
        return List.copyOf(ServiceMarks.of(service).flags().set());
    }

    private static TestNode services(String key, String value) {
        return node().generation("only", 27).pinned().loads(109).row(27, key, value);
    }

    private static Frontend frontend(String endpoint) {
        return Frontend.external(Endpoint.parse(endpoint).orElseThrow(), Protocol.TCP);
    }

    private static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    private static Service only(Datapath datapath) {
        assertThat(services(datapath)).hasSize(1);
        return services(datapath).values().iterator().next();
    }

    private static List<String> names(Datapath datapath, int... maps) {
        return Arrays.stream(maps)
                .mapToObj(map -> identity(datapath, map).fullName())
                .toList();
    }

    private static Identity identity(Datapath datapath, int map) {
        return Optional.ofNullable(datapath.identities().get(map)).orElseThrow();
    }

    private static SortedMap<Frontend, Service> services(Datapath datapath) {
        return Optional.ofNullable(datapath.services().get(27)).orElseThrow();
    }

    private int next;

    private Datapath read(TestNode node, ByteOrder order) throws UnreadableBundleException {
        return DatapathReader.read(evidence(node), List.of(Cilium.of(order)));
    }

    private Evidence evidence(TestNode node) throws UnreadableBundleException {
        EvidenceSink sink = new EvidenceSink();
        Path path = node.write(folder.resolve("node" + next++));
        Bundle bundle = new BundleReader(Limits.DEFAULT).read(path, List.of(sink));
        return sink.assemble(bundle);
    }
}
