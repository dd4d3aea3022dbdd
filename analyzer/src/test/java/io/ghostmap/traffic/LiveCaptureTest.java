package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.BundleLayout;
import io.ghostmap.net.Endpoint;
import io.ghostmap.support.Command;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import io.ghostmap.support.Shared;
import io.ghostmap.traffic.Tshark.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Captures made now, by tcpdump and dumpcap, of what three network namespaces send each other (see {@code wire/wire}):
 * SYNs are tshark's packet by packet, attempts and replies those of a model over tshark's fields, and both are what the
 * client did by its own account and by its kernel's.
 */
@ResourceLock(value = Shared.NAMESPACES, mode = ResourceAccessMode.READ)
final class LiveCaptureTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void capture() {
        Needs.networkNamespaces();
        Path wire = Repository.root().resolve("analyzer/src/test/wire/wire");
        Command made = Command.run(folder, wire.toString(), folder.toString());
        assertThat(made.exit()).as(made.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"any.pcap", "sll.pcap", "client-side.pcap", "server-side.pcap", "both.pcapng"})
    void everySynIsTsharksAndEveryReplyTheModels(String name) throws IOException {
        List<Segment> segments = Tshark.read(folder, folder.resolve(name));

        assertThat(segments.stream().filter(Segment::isSyn).count()).isGreaterThan(60);
        assertThat(SegmentModel.ofTraffic(read(List.of(name)))).isEqualTo(SegmentModel.ofSegments(segments));
    }

    /** Both sides of what the client did: how many attempts came to which end, and how many SYNs its kernel sent. */
    @ParameterizedTest
    @ValueSource(strings = {"any.pcap", "sll.pcap", "client-side.pcap", "both.pcapng"})
    void attemptsAndSendingsAreTheClients(String name) throws IOException {
        assertTruth(read(List.of(name)));
    }

    @Test
    void rotatedFilesInAnyOrderTellTheSame() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(file -> file.matches("any-\\d+-\\d+\\.pcap"))
                    .sorted(Collections.reverseOrder())
                    .forEach(names::add);
        }
        assertThat(names).hasSizeGreaterThan(2);
        Traffic traffic = read(names);

        assertThat(traffic.inTimeOrder()).isFalse();
        assertTruth(traffic);
    }

    private static void assertTruth(Traffic traffic) throws IOException {
        Map<String, Map<Reply, Integer>> made = new TreeMap<>();
        Map<String, Map<Reply, Integer>> asked = new TreeMap<>();
        for (String line : Files.readAllLines(folder.resolve("attempts.txt"))) {
            String[] word = line.split(" ", -1);
            Map<String, Map<Reply, Integer>> to = word[2].equals("53") || word[2].equals("9") ? asked : made;
            to.computeIfAbsent(word[1] + " " + word[2], key -> new TreeMap<>())
                    .merge(replyOf(word[0]), 1, Integer::sum);
        }
        Map<String, Map<Reply, Integer>> tcp = new TreeMap<>();
        Map<String, Long> sent = new TreeMap<>();
        for (Destination destination : traffic.destinations()) {
            if (made.containsKey(shown(destination.endpoint()))) {
                tcp.put(shown(destination.endpoint()), destination.replies());
                sent.put(shown(destination.endpoint()), destination.transmissions());
            }
        }
        Map<String, Map<Reply, Integer>> udp = new TreeMap<>();
        traffic.services().stream()
                .filter(service -> asked.containsKey(shown(service.endpoint())))
                .forEach(service -> udp.put(shown(service.endpoint()), service.replies()));
        assertThat(traffic.gaps()).isEmpty();
        assertThat(tcp).isEqualTo(made);
        assertThat(udp).isEqualTo(asked);
        assertThat(sent).isEqualTo(kernelsCount());
    }

    private static Reply replyOf(String label) {
        return switch (label) {
            case "answered" -> Reply.ANSWERED;
            case "refused" -> Reply.REFUSED;
            case "unreachable" -> Reply.UNREACHABLE;
            default -> Reply.NONE;
        };
    }

    /** The nftables sets of the client: {@code {"val": {"concat": [address, port]}, "counter": {"packets": n}}}. */
    private static Map<String, Long> kernelsCount() {
        Map<String, Long> count = new TreeMap<>();
        for (JsonNode object :
                JSON.readTree(folder.resolve("syns.json").toFile()).path("nftables")) {
            for (JsonNode of : object.path("set").path("elem")) {
                JsonNode concat = of.path("elem").path("val").path("concat");
                count.put(
                        concat.path(0).asString() + " " + concat.path(1).asInt(),
                        of.path("elem").path("counter").path("packets").asLong());
            }
        }
        return count;
    }

    @Test
    void innerConnectionsOfEveryTunnelAndTagAreSeen() throws IOException {
        Traffic traffic = read(List.of("server-side.pcap"));
        Map<String, String> paths = new TreeMap<>();
        traffic.destinations()
                .forEach(to -> paths.put(
                        shown(to.endpoint()),
                        to.paths().stream().map(Waypoint::toString).collect(Collectors.joining(","))));

        assertThat(paths)
                .containsEntry("10.44.3.2 8001", "in vxlan")
                .containsEntry("10.44.4.2 8001", "in geneve")
                .containsEntry("10.44.5.2 8001", "in ipip")
                .containsEntry("10.44.6.2 8001", "")
                .containsEntry("10.44.7.2 8001", "")
                .containsEntry("fd44:8::2 8001", "in ipip");
        assertThat(traffic.captures().get(0).tunneled()).isGreaterThan(60);
        assertThat(traffic.captures().get(0).laterFragments()).isGreaterThan(3);
    }

    @Test
    void translationOnTheWayShowsBetweenTheInterfaces() throws IOException {
        for (String name : List.of("any.pcap", "both.pcapng")) {
            Destination service = find(read(List.of(name)), "10.96.0.10", 80);
            assertThat(service.attempts())
                    .hasSize(2)
                    .allSatisfy(attempt -> assertThat(
                                    attempt.rewrite().orElseThrow().server())
                            .isEqualTo(Endpoint.parse("10.44.2.2:8007").orElseThrow()));
            assertThat(service.paths())
                    .map(Waypoint::toString)
                    .containsExactly(name.equals("any.pcap") ? "lxc1 in" : "lxc1");
        }
        assertThat(find(read(List.of("any.pcap")), "10.44.2.2", 8007).paths())
                .map(Waypoint::toString)
                .containsExactly("eth1 out");
    }

    @Test
    void simultaneousOpenIsAnAnsweredAttemptOfEach() throws IOException {
        Traffic traffic = read(List.of("any.pcap"));
        assertThat(find(traffic, "10.44.5.2", 9002).replies()).isEqualTo(Map.of(Reply.ANSWERED, 1));
        assertThat(find(traffic, "10.44.5.1", 9001).replies()).isEqualTo(Map.of(Reply.ANSWERED, 1));
    }

    @Test
    void fastOpenCarriesDataInTheSynAndIsOneAttempt() throws IOException {
        List<Segment> syns = Tshark.read(folder, folder.resolve("client-side.pcap")).stream()
                .filter(segment -> segment.isSyn() && segment.to().equals("10.44.2.2 8005"))
                .toList();
        assertThat(syns)
                .as("with the cookie, the second and third SYN hold data")
                .anyMatch(syn -> syn.length() == 40);
        assertThat(find(read(List.of("client-side.pcap")), "10.44.2.2", 8005).attempts())
                .hasSize(3);
    }

    private static Destination find(Traffic traffic, String address, int port) {
        return traffic.destinations().stream()
                .filter(to -> shown(to.endpoint()).equals(address + " " + port))
                .findFirst()
                .orElseThrow();
    }

    private static String shown(Endpoint endpoint) {
        return endpoint.address() + " " + endpoint.port();
    }

    private static Traffic read(List<String> names) throws IOException {
        TrafficSink sink = new TrafficSink();
        try (InputStream links = Files.newInputStream(folder.resolve("links.json"))) {
            sink.read(BundleLayout.GHOSTMAP.memberAt("pcap/links.json"), links);
        }
        for (String name : names) {
            try (InputStream in = Files.newInputStream(folder.resolve(name))) {
                sink.read(BundleLayout.GHOSTMAP.memberAt("pcap/" + name), in);
            }
        }
        return sink.assemble();
    }
}
