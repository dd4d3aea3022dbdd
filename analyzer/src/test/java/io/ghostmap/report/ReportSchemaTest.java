package io.ghostmap.report;

import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.cli.TrafficReading;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every report keeps the schema that ships in the jar. */
final class ReportSchemaTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stale-generation", "stale-generation-link", "healthy", "no-traffic"})
    void samplesKeepTheSchema(String sample) throws UnreadableBundleException, IOException {
        assertValid(Analysis.of(Repository.sample(sample)));
    }

    @Test
    void almostEmptyBundleKeepsTheSchema() throws UnreadableBundleException, IOException {
        assertValid(Analysis.of(node().write(folder)));
    }

    @Test
    void schemaRefusesWhatIsNoReport() throws IOException {
        assertThat(schema().validate("{\"schema\":\"ghostmap/report/v2\"}", InputFormat.JSON))
                .isNotEmpty();
    }

    private static void assertValid(Report report) throws IOException {
        assertThat(schema().validate(Json.of(report), InputFormat.JSON)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stale-generation", "stale-generation-link", "healthy", "no-traffic"})
    void trafficOfTheSamplesKeepsItsSchema(String sample) throws UnreadableBundleException, IOException {
        assertTrafficValid(Repository.sample(sample));
    }

    @ParameterizedTest
    @ValueSource(strings = {"any.pcap", "sll-nano.pcap", "tunnels.pcap", "two-interfaces.pcapng"})
    void trafficOfBareCapturesKeepsItsSchema(String capture) throws UnreadableBundleException, IOException {
        assertTrafficValid(
                Repository.root().resolve("analyzer/src/test/captures").resolve(capture));
    }

    private static void assertTrafficValid(Path path) throws UnreadableBundleException, IOException {
        String json = TrafficJson.render(TrafficReading.of(List.of(path)));
        assertThat(schema("traffic-v1.schema.json").validate(json, InputFormat.JSON))
                .isEmpty();
    }

    private static Schema schema() throws IOException {
        return schema("report-v1.schema.json");
    }

    private static Schema schema(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Report.class.getResourceAsStream(name))) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
        }
    }
}
