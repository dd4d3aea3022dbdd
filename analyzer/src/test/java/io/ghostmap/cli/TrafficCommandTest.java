package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.Report;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrafficCommandTest {
    @TempDir
    private Path folder;

    private record Run(int status, String out, String err) {}

    @Test
    void bundleAndItsBareCaptureTellTheSameDestinations() throws UnreadableBundleException {
        Path sample = Repository.sample("stale-generation");
        Run bundle = run(sample.toString());
        Run bare = run(capture(sample).toString());

        assertThat(bundle.status()).isZero();
        assertThat(bare.status()).isZero();
        assertThat(bundle.out()).contains("172.16.149.220:8080", total(sample), "eth0 out");
        assertThat(bare.out()).contains("172.16.149.220:8080", total(sample), "if2 out");
        assertThat((bundle.out() + bare.out()).lines()).allMatch(line -> line.length() <= 100);
    }

    /** The last line, from the report on the same bundle. */
    private static String total(Path bundle) throws UnreadableBundleException {
        List<Report.Destination> destinations = Analysis.of(bundle).destinations();
        long syns = destinations.stream().mapToLong(Report.Destination::syns).sum();
        return "total: " + syns + " SYN frames to " + destinations.size() + " destinations";
    }

    @Test
    void compressedCaptureReadsAsThePlainOne() throws IOException {
        Path plain = capture(Repository.sample("stale-generation"));
        Path packed = folder.resolve("any.pcap.gz");
        Files.write(packed, Archives.gzip(Files.readAllBytes(plain)));

        String json = run("--json", plain.toString()).out();
        assertThat(json).contains("\"schema\" : \"ghostmap/traffic/v1\"");
        assertThat(run("--json", packed.toString()).out()).isEqualTo(json.replace(plain.toString(), packed.toString()));
    }

    /** So is a name that the locale cannot spell; with and without something to parse beside it. */
    @Test
    void nameThatIsNoPathIsWrongUsage() {
        Run alone = run("any\0.pcap");
        Run parsed = run("--json", "any\0.pcap");

        assertThat(alone.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(alone.err()).isEqualTo(parsed.err()).contains("any");
    }

    @Test
    void rotatedFilesAreOneCapture() throws IOException, UnreadableBundleException {
        byte[] whole = Files.readAllBytes(capture(Repository.sample("stale-generation")));
        int second = 24;
        while (second < whole.length / 2) {
            second += 16 + (whole[second + 8] & 0xff); // no frame is longer than the snap length of 160
        }
        byte[] rest = Arrays.copyOf(whole, 24 + whole.length - second);
        System.arraycopy(whole, second, rest, 24, whole.length - second);
        Path first = Files.write(folder.resolve("r.pcap0"), Arrays.copyOf(whole, second));
        Path next = Files.write(folder.resolve("r.pcap1"), rest);

        assertThat(run(first.toString(), next.toString()).out()).contains(total(Repository.sample("stale-generation")));
    }

    @Test
    void rotatedFilesInsideAnArchiveAreOneCaptureInAnyOrder() throws IOException, UnreadableBundleException {
        byte[] whole = Files.readAllBytes(capture(Repository.sample("stale-generation")));
        int second = 24;
        while (second < whole.length / 2) {
            second += 16 + (whole[second + 8] & 0xff);
        }
        byte[] first = Arrays.copyOf(whole, second);
        byte[] rest = Arrays.copyOf(whole, 24 + whole.length - second);
        System.arraycopy(whole, second, rest, 24, whole.length - second);
        Path bundle = Files.write(
                folder.resolve("ring.tar"),
                Archives.tar(
                        Archives.member("b/pcap/any.pcap1", '0', rest.length, rest),
                        Archives.member("b/pcap/any.pcap0", '0', first.length, first)));
        Path alone = Files.write(
                folder.resolve("alone.tar"),
                Archives.tar(Archives.member("b/pcap/any.pcap", '0', whole.length, whole)));

        String told = run(bundle.toString()).out();
        assertThat(told).contains("not given in the order of time");
        assertThat(destinations(told))
                .isNotEmpty()
                .isEqualTo(destinations(run(alone.toString()).out()));
    }

    /** Rows with counts and replies. */
    private static List<String> destinations(String out) {
        return out.lines().filter(line -> line.matches("\\d.*|total.*")).toList();
    }

    @Test
    void sameFileTwiceIsRefused() {
        String file = capture(Repository.sample("healthy")).toString();
        Run run = run(file, file);
        assertThat(run.status()).isEqualTo(4);
        assertThat(run.err()).contains("given twice");
    }

    @Test
    void longNamesAreContinuedAndNeverWiderThanATerminal() throws IOException {
        Path file = Files.write(
                folder.resolve("x".repeat(120) + ".pcap"),
                Files.readAllBytes(capture(Repository.sample("stale-generation"))));
        assertThat(run(file.toString()).out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void cutCaptureIsReadAndTheLossNamed() throws IOException {
        byte[] whole = Files.readAllBytes(capture(Repository.sample("stale-generation")));
        Path cut = Files.write(folder.resolve("cut.pcap"), Arrays.copyOf(whole, 5_000));

        Run run = run(cut.toString());
        assertThat(run.status()).isZero();
        assertThat(run.err()).contains("cut inside");
    }

    @Test
    void whatIsNoCaptureAndNoBundleIsRefusedInOneLine() throws IOException {
        Path notes = Files.write(folder.resolve("notes.txt"), "no capture".getBytes(StandardCharsets.UTF_8));

        for (Run run : new Run[] {
            run(notes.toString()),
            run(notes.toString(), notes.toString()),
            run(folder.resolve("absent").toString())
        }) {
            assertThat(run.status()).isEqualTo(4);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines()).hasSize(1);
        }
        assertThat(run().status()).isEqualTo(2);
    }

    private Path capture(Path sample) {
        return Archives.unpack(sample, folder).resolve("pcap/any.pcap");
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = new String[arguments.length + 1];
        all[0] = "traffic";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), all);
        return new Run(status, out.toString(), err.toString());
    }
}
