package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.BundleLayout;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import io.ghostmap.traffic.Tshark.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The captures beside the tests, frame by frame: SYNs are tshark's, attempts and replies those of the model over them. */
final class CommittedCapturesTest {
    private static final Path CAPTURES = Repository.root().resolve("analyzer/src/test/captures");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"any.pcap", "sll-nano.pcap", "tunnels.pcap", "two-interfaces.pcapng"})
    void everySynIsTsharksAndEveryReplyTheModels(String name) throws IOException {
        Needs.tools("tshark");
        List<Segment> segments = Tshark.read(folder, CAPTURES.resolve(name));

        assertThat(segments.stream().filter(Segment::isSyn).count()).isGreaterThan(10);
        assertThat(SegmentModel.ofTraffic(read(name))).isEqualTo(SegmentModel.ofSegments(segments));
    }

    /** What came back through the tunnel settles the attempt that went through it. */
    @Test
    void everyTunnelAndTagCarriesAnswersAndRefusals() throws IOException {
        Map<String, Map<Reply, Integer>> replies = new TreeMap<>();
        read("tunnels.pcap")
                .destinations()
                .forEach(to -> replies.put(
                        to.paths().stream().map(Waypoint::toString).collect(Collectors.joining(",")) + " "
                                + to.endpoint(),
                        to.replies()));

        Map<Reply, Integer> answered = Map.of(Reply.ANSWERED, 3);
        Map<Reply, Integer> refused = Map.of(Reply.REFUSED, 3);
        assertThat(replies)
                .containsEntry("in vxlan 10.44.3.2:8001", answered)
                .containsEntry("in vxlan 10.44.3.2:8003", refused)
                .containsEntry("in geneve 10.44.4.2:8001", answered)
                .containsEntry("in geneve 10.44.4.2:8003", refused)
                .containsEntry("in ipip 10.44.5.2:8001", answered)
                .containsEntry("in ipip 10.44.5.2:8003", refused)
                .containsEntry(" 10.44.6.2:8001", answered)
                .containsEntry(" 10.44.6.2:8003", refused)
                .containsEntry(" 10.44.7.2:8001", answered)
                .containsEntry(" 10.44.7.2:8003", refused)
                .containsEntry("in ipip [fd44:8::2]:8001", Map.of(Reply.ANSWERED, 2));
    }

    private static Traffic read(String name) throws IOException {
        TrafficSink sink = new TrafficSink();
        try (InputStream in = Files.newInputStream(CAPTURES.resolve(name))) {
            sink.read(BundleLayout.GHOSTMAP.memberAt("pcap/" + name), in);
        }
        return sink.assemble();
    }
}
