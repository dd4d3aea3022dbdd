package io.ghostmap.cli;

import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.diagnosis.Action;
import io.ghostmap.diagnosis.Diagnosis;
import io.ghostmap.diagnosis.RemedyStep;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.report.HtmlRenderer;
import io.ghostmap.report.Json;
import io.ghostmap.report.MarkdownRenderer;
import io.ghostmap.report.Report;
import io.ghostmap.report.ReportBuilder;
import io.ghostmap.report.ReportModel;
import io.ghostmap.report.TerminalRenderer;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The founding bundle with something taken from it: analyzed all the same, and the loss named with its cost. */
@Order(2)
@Execution(ExecutionMode.CONCURRENT)
final class MissingEvidenceTest {
    /** Bytes before the first frame. */
    private static final int PCAP_HEADER = 24;

    @TempDir
    private Path folder;

    private Path bundle = Path.of("");
    private int staleServices;

    @BeforeEach
    void unpack() throws UnreadableBundleException {
        bundle = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("bundle"));
        staleServices = Analysis.of(bundle).generations().stream()
                .filter(generation ->
                        generation.role().equals("services/IPv4") && Boolean.FALSE.equals(generation.current()))
                .findFirst()
                .orElseThrow()
                .mapId();
    }

    @Test
    void withoutPackets() throws IOException, UnreadableBundleException {
        delete("pcap/any.pcap");
        Report dnsAlone = Analysis.of(bundle);
        assertThat(dnsAlone.verdict().severity()).isEqualTo("warning");
        assertThat(dnsAlone.findings()).extracting(Report.Finding::rule).contains("CAP-03");
        assertLossNamed(bundle, "pcap/any.pcap");

        delete("pcap/dns.pcap");
        Report report = Analysis.of(bundle);

        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertLossNamed(bundle, "pcap/");
        assertThat(report.skipped()).extracting(Report.Skipped::rule).contains("SLB-28", "CAP-01");
    }

    /** The collector said it with its reason: of the file, or of the whole folder. */
    @Test
    void whatTheCollectorNamedIsNamedOnce() throws UnreadableBundleException {
        Report report = Analysis.of(node().text(
                        "manifest.json",
                        "{\"format\":1,\"node\":\"n\",\"collector\":{\"name\":\"test\",\"version\":\"1\"},\"missing\":["
                                + "{\"artifact\":\"kubernetes/services.json\",\"reason\":\"exit status 1: refused\"},"
                                + "{\"artifact\":\"kubernetes\",\"reason\":\"no API server answers\"},"
                                + "{\"artifact\":\"bpf/map-dumps\",\"reason\":\"no map of Cilium\"}],\"steps\":["
                                + "{\"file\":\"kubernetes/services.json\",\"id\":\"k\",\"bytes\":0,\"exit\":1,"
                                + "\"timedOut\":false,\"cut\":true}]}")
                .text("kubernetes/services.json", "")
                .write(folder.resolve("named")));

        assertThat(report.bundle().missing())
                .filteredOn(loss -> loss.artifact().startsWith("kubernetes")
                        || loss.artifact().startsWith("bpf/map-dumps"))
                .extracting(loss -> loss.artifact() + ": " + loss.reason())
                .containsExactly(
                        "kubernetes/services.json: exit status 1: refused",
                        "kubernetes/: no API server answers",
                        "bpf/map-dumps/: no map of Cilium");
    }

    @Test
    void withoutLinks() throws IOException, UnreadableBundleException {
        delete("bpf/before/links.json");
        delete("bpf/after/links.json");
        Diagnosis diagnosis = Analysis.modelOf(bundle).diagnosis();

        assertThat(diagnosis.verdict().level()).isEqualTo(Verdict.Level.CRITICAL);
        assertLossNamed(bundle, "bpf/before/links.json");
        assertThat(diagnosis.findings().get(0).remedy())
                .flatExtracting(RemedyStep::actions)
                .as("how the stale programs are attached is asked first")
                .hasAtLeastOneElementOfType(Action.FindLinkOf.class)
                .doesNotHaveAnyElementsOfTypes(Action.DetachProgram.class, Action.DetachLink.class);
    }

    @Test
    void withoutTheDumpOfTheStaleServices() throws IOException, UnreadableBundleException {
        delete("bpf/map-dumps/" + staleServices + ".json");
        Report report = Analysis.of(bundle);

        assertThat(report.verdict().severity()).isEqualTo("warning");
        assertThat(report.findings().get(0).rule()).isEqualTo("SLB-01");
        assertThat(report.blastRadius().undecided()).isGreaterThan(250);
        assertLossNamed(bundle, "bpf/map-dumps/" + staleServices + ".json");
    }

    @Test
    void withTheDumpOfTheStaleServicesCutMidToken() throws IOException, UnreadableBundleException {
        Path dump = bundle.resolve("bpf/map-dumps/" + staleServices + ".json");
        byte[] whole = Files.readAllBytes(dump);
        Files.write(dump, Arrays.copyOf(whole, whole.length / 2 + 3));
        Report report = Analysis.of(bundle);

        assertLossNamed(bundle, "bpf/map-dumps/" + staleServices + ".json");
        assertThat(report.blastRadius().undecided()).isPositive();
        assertThat(report.verdict().severity()).isIn("critical", "warning");
    }

    @Test
    void withoutTheKernelsOwnOrder() throws IOException, UnreadableBundleException {
        try (Stream<Path> lists = Files.list(bundle.resolve("bpf/cgroups/effective"))) {
            for (Path list : lists.toList()) {
                Files.delete(list);
            }
        }
        Report report = Analysis.of(bundle);

        assertThat(report.verdict().severity()).isEqualTo("critical");
        assertThat(report.hooks()).allMatch(hook -> hook.orderFrom().equals("computed"));
        assertThat(report.findings().get(0).confidence()).isEqualTo("likely");
        assertLossNamed(bundle, "bpf/cgroups/effective/");
    }

    @Test
    void fileThatWasChangedOnTheWay() throws IOException, UnreadableBundleException {
        Files.writeString(bundle.resolve("node/boot_id"), "00000000-0000-0000-0000-000000000000\n");
        Report report = Analysis.of(bundle);

        assertThat(report.bundle().missing())
                .extracting(Report.Missing::artifact)
                .containsOnlyOnce("node/boot_id");
    }

    /** Of what the collector takes only when it is asked to, nothing is said when it is absent; a cut one costs its own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"pcap/dns.pcap | DNS_CAPTURE", "net/probe.tsv | PROBE"})
    void cutExtraHasItsOwnCost(String file, ArtifactKind kind) throws IOException, UnreadableBundleException {
        Path manifest = bundle.resolve("manifest.json");
        String text = Files.readString(manifest);
        int steps = text.indexOf("\"steps\"");
        int first = text.indexOf('{', steps);
        Files.writeString(
                manifest,
                text.substring(0, first)
                        + "{\"id\":\"extra\",\"argv\":[\"x\"],\"file\":\"" + file
                        + "\",\"bytes\":0,\"exit\":1,\"status\":\"failed\",\"timedOut\":false,\"cut\":true},"
                        + text.substring(first));
        Report report = Analysis.of(bundle);

        assertThat(report.bundle().missing())
                .filteredOn(missing -> missing.artifact().equals(file))
                .isNotEmpty()
                .allSatisfy(missing ->
                        assertThat(missing.cost()).isEqualTo(kind.cost().plain()));
    }

    /** The collector names a folder without a slash; what its files cost, it costs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"bpf/map-dumps | MAP_DUMP", "bpf/program-dumps | PROGRAM_DUMP", "kubernetes | KUBERNETES_SERVICES"
            })
    void missingFolderHasTheCostOfItsFiles(String name, ArtifactKind kind)
            throws IOException, UnreadableBundleException {
        Path manifest = bundle.resolve("manifest.json");
        String text = Files.readString(manifest);
        String missing = "\"missing\":[{\"artifact\":\"" + name + "\",\"reason\":\"not read\"}";
        Files.writeString(manifest, text.replaceFirst("\"missing\":\\[\\s*]", missing + "]"));
        Report report = Analysis.of(bundle);

        assertThat(report.bundle().missing())
                .filteredOn(gap -> gap.artifact().equals(name + "/"))
                .singleElement()
                .satisfies(gap -> assertThat(gap.cost()).isEqualTo(kind.cost().plain()));
    }

    /**
     * A capture that is packed in two parts: the frames of a healthy run, then those that show the fault. With one bit of the
     * second part's header flipped a reader that stops there would call the node healthy.
     */
    @Test
    void laterPartOfAPackedCaptureThatIsDamagedIsNamed() throws IOException, UnreadableBundleException {
        Path node = Archives.unpack(Repository.sample("untranslated"), folder.resolve("untranslated"));
        Path healthy = Archives.unpack(Repository.sample("healthy"), folder.resolve("healthy"));
        byte[] first = Archives.gzip(Files.readAllBytes(healthy.resolve("pcap/any.pcap")));
        byte[] own = Files.readAllBytes(node.resolve("pcap/any.pcap"));
        byte[] second = Archives.gzip(Arrays.copyOfRange(own, PCAP_HEADER, own.length));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        Files.delete(node.resolve("pcap/any.pcap"));
        Files.delete(node.resolve("SHA256SUMS"));
        Files.write(node.resolve("pcap/any.pcap.gz"), both);
        assertThat(Analysis.of(node).verdict().severity()).isEqualTo("critical");

        both[first.length] ^= 1;
        Files.write(node.resolve("pcap/any.pcap.gz"), both);
        Report report = Analysis.of(node);

        assertThat(report.verdict().severity()).isEqualTo("inconclusive");
        assertLossNamed(node, "pcap/any.pcap.gz");
    }

    /** Other bytes after an archive, or a second archive, are named; what was read before them stays. */
    @Test
    void bytesAfterTheArchiveAreNamed() throws IOException, UnreadableBundleException {
        byte[] whole = Files.readAllBytes(Repository.sample("healthy"));
        byte[] longer = Arrays.copyOf(whole, whole.length + 3);
        Arrays.fill(longer, whole.length, longer.length, (byte) 'x');
        assertLossNamed(Files.write(folder.resolve("longer.tar.gz"), longer), "archive");

        byte[] twice = Arrays.copyOf(whole, 2 * whole.length);
        System.arraycopy(whole, 0, twice, whole.length, whole.length);
        assertLossNamed(Files.write(folder.resolve("twice.tar.gz"), twice), "archive");

        byte[] zstd = Zstd.compress(new GZIPInputStream(new ByteArrayInputStream(whole)).readAllBytes());
        byte[] longerZstd = Arrays.copyOf(zstd, zstd.length + 3);
        assertLossNamed(Files.write(folder.resolve("longer.tar.zst"), longerZstd), "archive");

        byte[] padded = Arrays.copyOf(whole, whole.length + 10_240);
        assertThat(Analysis.of(Files.write(folder.resolve("padded.tar.gz"), padded))
                        .bundle()
                        .missing())
                .isEmpty();
    }

    /** Any one file absent, empty or cut at half: a report in every form, the loss named, and never a better verdict. */
    @ParameterizedTest
    @ValueSource(strings = {"stale-generation", "healthy", "ipv6"})
    void noLossMakesTheVerdictBetter(String sample) throws IOException, UnreadableBundleException {
        Path whole = Archives.unpack(Repository.sample(sample), folder.resolve(sample));
        String verdict = Analysis.of(whole).verdict().severity();
        List<Path> files;
        try (Stream<Path> all = Files.walk(whole)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            assertNotBetter(whole, file, verdict);
            for (int length : new int[] {0, bytes.length / 3, bytes.length / 2}) {
                if (length == bytes.length) {
                    continue; // an empty answer, such as that of iptables-save without rules
                }
                Files.write(file, Arrays.copyOf(bytes, length));
                assertNotBetter(whole, file, verdict);
            }
            Files.write(file, bytes);
        }
    }

    private static void assertNotBetter(Path bundle, Path lost, String verdict) throws UnreadableBundleException {
        ReportModel model = Analysis.modelOf(bundle);
        Report report = ReportBuilder.build(model);
        String name = bundle.relativize(lost).toString();
        String now = report.verdict().severity();
        assertThat(badness(now))
                .as("%s without %s is %s", verdict, name, now)
                .isGreaterThanOrEqualTo(verdict.equals("ok") ? badness("ok") : badness("inconclusive"));
        boolean ground = name.startsWith("bpf/before/maps")
                || name.startsWith("bpf/before/programs")
                || name.startsWith("bpf/before/links")
                || name.startsWith("bpf/cgroups/")
                || name.startsWith("bpf/map-dumps/")
                || name.equals("pcap/any.pcap");
        if (ground) {
            assertThat(now).as("without %s", name).isNotEqualTo("ok");
        }
        assertThat(report.bundle().missing()).as("loss of %s", name).isNotEmpty();
        assertThat(Json.of(report)).isNotEmpty();
        assertThat(HtmlRenderer.render(model)).endsWith("</html>\n");
        assertThat(MarkdownRenderer.render(model)).isNotEmpty();
    }

    private static int badness(String severity) {
        return List.of("ok", "info", "inconclusive", "warning", "critical").indexOf(severity);
    }

    private void delete(String path) throws IOException {
        Files.delete(bundle.resolve(path));
    }

    /** In the report with its cost, and on stderr. */
    private static void assertLossNamed(Path path, String artifact) throws UnreadableBundleException {
        ReportModel model = Analysis.modelOf(path);
        assertThat(ReportBuilder.build(model).bundle().missing())
                .filteredOn(missing -> missing.artifact().startsWith(artifact))
                .isNotEmpty()
                .allSatisfy(missing -> assertThat(missing.cost()).isNotEmpty());
        assertThat(TerminalRenderer.losses(model)).anyMatch(line -> line.contains(artifact));
    }
}
