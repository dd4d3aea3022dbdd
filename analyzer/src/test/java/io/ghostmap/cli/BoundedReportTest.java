package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However long a list in a bundle is, the report, stderr and the terminal show its beginning and say how much more there is. */
final class BoundedReportTest {
    private static final int MANY = 100_000;

    /** The report of the bundle as it is has 200 KB. */
    private static final long MAX_HTML = 2_000_000;

    private static final int MAX_LINES = 1_000;

    @TempDir
    private Path folder;

    private Path bundle = Path.of("");

    @BeforeEach
    void unpack() {
        bundle = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("bundle"));
    }

    @Test
    void missingArtifactsOfAManifest() throws IOException {
        Path manifest = bundle.resolve("manifest.json");
        String rows = rows(i -> "{\"artifact\":\"bpf/map-dumps/" + i + ".json\",\"reason\":\"no time\"}");
        Files.writeString(
                manifest,
                Files.readString(manifest).replaceFirst("\"missing\":\\[\\s*]", "\"missing\":[" + rows + "]"));
        assertThat(analyze()).contains("bpf/map-dumps/: and 19950 more", "bundle: 80000 further artifacts are missing");
    }

    @Test
    void filesInAListOfChecksums() throws IOException {
        Files.writeString(
                bundle.resolve("SHA256SUMS"),
                rows(i -> "0".repeat(64) + "  bpf/map-dumps/" + i + ".json").replace(',', '\n'));
        assertThat(analyze()).contains("SHA256SUMS: lists more files than a bundle has");
    }

    @Test
    void errorsOfBpftool() throws IOException {
        String errors = rows(i -> "{\"error\":\"can't get map by id (" + i + "): no\"}");
        Path maps = bundle.resolve("bpf/before/maps.json");
        Files.writeString(maps, Files.readString(maps).strip().replaceFirst("]$", "," + errors + "]"));
        assertThat(analyze()).contains("bpf/before/maps.json: 100000 errors of bpftool in all");
    }

    @Test
    void pinsOfAMapAndMapsOfAProgram() throws IOException {
        append(
                "bpf/before/maps.json",
                "{\"id\":7,\"type\":\"hash\",\"pinned\":[" + rows(i -> "\"/sys/fs/bpf/" + i + "\"") + "]}");
        append(
                "bpf/before/programs.json",
                "{\"id\":7,\"type\":\"cgroup_sock_addr\",\"map_ids\":[" + rows(String::valueOf) + "]}");
        append(
                "bpf/cgroups/tree.json",
                "{\"cgroup\":\"/sys/fs/cgroup/" + "x".repeat(1_000_000)
                        + "\",\"programs\":[{\"id\":7,\"attach_type\":\"connect4\",\"attach_flags\":\"multi\"}]}");
        assertThat(analyze())
                .contains(
                        "bpf/before/maps.json: 1 row with values that no kernel prints, which are taken as unknown: pinned",
                        "bpf/before/programs.json: 1 row with values that no kernel prints, which are taken as unknown:"
                                + " map_ids",
                        "bpf/cgroups/tree.json: 1 row with values that no kernel prints, which are taken as unknown: cgroup");
    }

    @Test
    void textsOfAManifest() throws IOException {
        Path manifest = bundle.resolve("manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replaceFirst(
                                "\"missing\":\\[\\s*]",
                                "\"missing\":[{\"artifact\":\"x\",\"reason\":\"" + "y".repeat(1_000_000) + "\"}]"));
        assertThat(analyze()).contains("yyy…");
    }

    @Test
    void nameOfTheArchiveWithControlCharacters() throws IOException {
        Path named = folder.resolve("a\u001b]0;owned\u0007.tar.gz");
        Files.copy(Repository.sample("healthy"), named);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                "analyze",
                named.toString(),
                "-o",
                folder.resolve("o").toString());
        assertThat(out.toString()).contains("wrote ").contains("\\u001b").doesNotContain("\u001b");
        Main.run(new PrintWriter(out), new PrintWriter(err), "analyze", named.toString(), "left\u001bover");
        assertThat(err.toString()).contains("\\u001b").doesNotContain("\u001b");
    }

    private void append(String file, String row) throws IOException {
        Path list = bundle.resolve(file);
        Files.writeString(list, Files.readString(list).strip().replaceFirst("]$", "," + row + "]"));
    }

    private static String rows(IntFunction<String> row) {
        return IntStream.rangeClosed(1, MANY).mapToObj(row).collect(Collectors.joining(","));
    }

    /** What stderr says. */
    private String analyze() throws IOException {
        Path reports = folder.resolve("reports");
        StringWriter err = new StringWriter();
        int status = Main.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                "analyze",
                bundle.toString(),
                "-o",
                reports.toString());
        assertThat(status).as(err.toString()).isZero();
        assertThat(err.toString().lines().count()).isLessThan(MAX_LINES);
        try (Stream<Path> files = Files.list(reports)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file, StandardCharsets.UTF_8))
                        .as(file.toString())
                        .hasSizeLessThan((int) MAX_HTML);
            }
        }
        return err.toString();
    }
}
