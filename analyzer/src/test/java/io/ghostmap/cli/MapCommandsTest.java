package io.ghostmap.cli;

import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.Report;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ghostmap dump} and {@code ghostmap diff}, on the founding sample. */
final class MapCommandsTest {
    private static final String SAMPLE = Repository.sample("stale-generation").toString();

    @TempDir
    private Path folder;

    /** What Cilium's own tool printed of the pinned generation is what we print of it. */
    @Test
    void currentServicesReadAsCiliumListsThem() throws IOException, UnreadableBundleException {
        Path unpacked = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("b"));
        JsonNode stated = JsonMapper.shared().readTree(Files.readAllBytes(unpacked.resolve("cilium/lb-list.json")));
        Set<String> theirs = new TreeSet<>();
        stated.properties()
                .forEach(row -> row.getValue().forEach(text -> theirs.add(row.getKey() + " " + text.asString())));

        JsonNode dump = JsonMapper.shared().readTree(ask("dump", SAMPLE, "--map", map(true), "--json"));
        Set<String> ours = new TreeSet<>();
        dump.path("services")
                .forEach(line -> ours.add(line.path("frontend").asString() + " ("
                        + line.path("slot").asInt() + ") "
                        + line.path("backend").asString()));

        assertThat(ours).isNotEmpty().containsAll(theirs);
    }

    @Test
    void staleServicesAreResolvedByTheProgramThatReadsThem() {
        assertThat(ask("dump", SAMPLE, "--map", map(false)))
                .contains("(services/IPv4, NOT current)")
                .containsPattern("backends from map \\d+, which program \\d+ \\(cil_sock4_connect\\) reads with it")
                .containsPattern(
                        "172\\.17\\.93\\.4:8080/TCP \\(1\\) +172\\.16\\.149\\.220:8080/TCP \\(\\d+\\) \\(1\\)");
    }

    /** As it says of itself: true, false or null, and no text. */
    @Test
    void jsonSaysWhetherAMapIsCurrentByATruthValue() {
        for (boolean current : new boolean[] {true, false}) {
            JsonNode map = JsonMapper.shared()
                    .readTree(ask("dump", SAMPLE, "--map", map(current), "--json"))
                    .path("map");

            assertThat(map.path("current").isBoolean()).isTrue();
            assertThat(map.path("current").booleanValue()).isEqualTo(current);
        }
    }

    @Test
    void rawIsTheTextFormOfBpftool() {
        List<String> lines =
                ask("dump", SAMPLE, "--map", map(false), "--raw").lines().toList();

        assertThat(lines)
                .anyMatch(line -> line.matches(
                        "key: ac 11 5d 04 1f 90 00 00  06 00 00 00" + "  value: 00 00 00 01 01 00 .. ..  00 00 00 00"));
        assertThat(lines.get(lines.size() - 1)).matches("Found \\d+ elements");
    }

    @Test
    void diffNamesTheServicesThatWouldMove() {
        assertThat(ask("diff", SAMPLE, map(false), map(true)))
                .contains("~ 172.17.93.4:8080/TCP\n    - 172.16.149.220:8080\n    + 172.16.109.127:8080\n")
                .containsPattern("\\d+ services are the same; \\d+ go to other backends");
        JsonNode json = JsonMapper.shared().readTree(ask("diff", SAMPLE, map(false), map(true), "--json"));
        assertThat(json.path("services").size()).isPositive();
        assertThat(json.path("sameServices").asInt()).isPositive();
        assertThat(json.path("entries").size()).isPositive();
    }

    @Test
    void everythingFitsHundredColumns() {
        Report report = report();
        for (Report.Generation generation : report.generations()) {
            String id = String.valueOf(generation.mapId());
            assertThat(ask("dump", SAMPLE, "--map", id).lines()).allMatch(line -> line.length() <= 100);
            assertThat(ask("dump", SAMPLE, "--map", id, "--raw").lines()).allMatch(line -> line.length() <= 100);
        }
        assertThat(ask("diff", SAMPLE, map(false), map(true)).lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void whatCannotBeAnsweredIsOneLine() {
        assertThat(status("dump", SAMPLE, "--map", "999999")).isEqualTo(2);
        assertThat(status("diff", SAMPLE, map(true), String.valueOf(role("backends/IPv4", true))))
                .isEqualTo(2);
        assertThat(status("dump", SAMPLE)).isEqualTo(2);
        assertThat(status("dump", SAMPLE, "--map", map(true), "--json", "--raw"))
                .isEqualTo(2);
    }

    @Test
    void mapThatWasNotDumpedSaysSo() {
        Path bundle = node().map(27, "hash", "cilium_lb4_serv", 12, 12, "").write(folder.resolve("n"));
        StringWriter err = new StringWriter();

        assertThat(Main.run(
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(err),
                        "dump",
                        bundle.toString(),
                        "--map",
                        "27"))
                .isEqualTo(4);
        assertThat(err.toString())
                .isEqualTo("ghostmap: map 27 was not dumped: bpf/map-dumps/27.json is not in the bundle\n");
    }

    @Test
    void namesFromTheBundleCannotSteerTheTerminal() {
        Path bundle = node().map(27, "hash", "evil\\u001b[31m", 1, 1, "")
                .row(27, "01", "02")
                .write(folder.resolve("n"));

        assertThat(ask("dump", bundle.toString(), "--map", "27"))
                .contains("evil\\u001b[31m")
                .doesNotContain("\u001b");
    }

    private static Report report() {
        try {
            return Analysis.of(Path.of(SAMPLE));
        } catch (UnreadableBundleException e) {
            throw new AssertionError(e);
        }
    }

    private static String map(boolean current) {
        return String.valueOf(role("services/IPv4", current));
    }

    private static int role(String role, boolean current) {
        return report().generations().stream()
                .filter(generation -> generation.role().equals(role)
                        && Boolean.valueOf(current).equals(generation.current()))
                .findFirst()
                .orElseThrow()
                .mapId();
    }

    private static int status(String... args) {
        return Main.run(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), args);
    }

    private static String ask(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        assertThat(status).as(List.of(args) + ": " + err).isZero();
        return out.toString();
    }
}
