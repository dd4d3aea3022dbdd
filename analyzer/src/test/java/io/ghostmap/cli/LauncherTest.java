package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Archives;
import io.ghostmap.support.Command;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.Repository;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher as it is installed, on bundles below and above the bound from which it chooses other options. The jar
 * beside it stands for the one that is packed after the tests: it names the same classes.
 */
final class LauncherTest {
    private static final int BOUND = 4 << 20;
    private static final String LARGE = "-XX:CompilerDirectivesFile=";

    @TempDir
    private Path folder;

    private Path launcher = Path.of("");
    private Path arguments = Path.of("");

    @BeforeEach
    void install() throws IOException {
        Path analyzer = Repository.root().resolve("analyzer");
        launcher = copy(analyzer.resolve("ghostmap"), "installed/ghostmap").toRealPath();
        copy(analyzer.resolve("src/main/launcher/large.directives"), "installed/src/main/launcher/large.directives");
        Path jar = Files.createDirectories(folder.resolve("installed/target")).resolve("ghostmap.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();

        arguments = folder.resolve("arguments");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path recorder = folder.resolve("bin/java");
        Files.createDirectories(recorder.getParent());
        Files.writeString(
                recorder, "#!/bin/sh\nprintf '%s\\n' \"$@\" >'" + arguments + "'\nexec '" + java + "' \"$@\"\n");
        assertThat(recorder.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void smallBundleIsReadWithTheQuickCompiler() throws IOException {
        assertPrintsWhatTheAnalyzerPrints(Repository.sample("stale-generation"));

        assertThat(Files.readAllLines(arguments))
                .contains("-XX:TieredStopAtLevel=1")
                .noneMatch(argument -> argument.startsWith(LARGE));
    }

    @Test
    void largeFolderIsDigestedWithTheServerCompiler() throws IOException {
        Path bundle = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("unpacked"));
        Files.write(bundle.resolve("pcap/large.pcap"), noise());

        assertPrintsWhatTheAnalyzerPrints(bundle);
        assertLarge();
    }

    @Test
    void largeArchiveIsDigestedWithTheServerCompiler() throws IOException {
        Path archive = folder.resolve("large.tar.gz");
        byte[] noise = noise();
        String manifest = "{\"format\":1,\"node\":\"n\",\"collector\":{\"name\":\"test\",\"version\":\"1\"}}";
        Files.write(
                archive,
                Archives.gzip(Archives.tar(
                        Archives.file("large/manifest.json", manifest),
                        Archives.member("large/pcap/large.pcap", '0', noise.length, noise))));

        assertPrintsWhatTheAnalyzerPrints(archive);
        assertLarge();
        assertThat(launch("-XX:+DisplayVMOutput", "maps", archive.toString()).out())
                .as("what Java says of its options when it may")
                .startsWith("3 compiler directives added");
    }

    /** Java refuses a heap that begins larger than it may become. */
    @Test
    void largeBundleIsReadInTheHeapThatIsAskedFor() throws IOException {
        Path bundle = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("unpacked"));
        Files.write(bundle.resolve("pcap/large.pcap"), noise());

        Command command = launch("-Xmx200m", "maps", bundle.toString());

        assertThat(command.exit()).as(command.out() + command.err()).isZero();
        assertLarge();
    }

    /** Only what is larger than the bound; and neither choice says anything of its own where the file is no bundle. */
    @ParameterizedTest
    @CsvSource({"0, false", "1, true"})
    void boundIsFourMebibytes(int more, boolean large) throws IOException {
        Path file = folder.resolve("-bundle.tar.gz");
        Files.write(file, new byte[BOUND + more]);

        Command command = launch("", "maps", "./-bundle.tar.gz");

        assertThat(command.exit()).as(command.err()).isEqualTo(4);
        assertThat(command.out()).isEmpty();
        assertThat(Files.readAllLines(arguments).stream().anyMatch(argument -> argument.startsWith(LARGE)))
                .isEqualTo(large);
    }

    private void assertLarge() throws IOException {
        assertThat(Files.readAllLines(arguments))
                .contains(LARGE + launcher.resolveSibling("src/main/launcher/large.directives"))
                .doesNotContain("-XX:TieredStopAtLevel=1");
    }

    /** The same lines and nothing of Java's own, which prints to standard output what it has to say of its options. */
    private void assertPrintsWhatTheAnalyzerPrints(Path bundle) {
        StringWriter expected = new StringWriter();
        Path reports = folder.resolve("reports");
        String[] asked = {"analyze", bundle.toString(), "-o", reports.toString()};
        assertThat(Main.run(new PrintWriter(expected), new PrintWriter(new StringWriter()), asked))
                .isZero();

        Command command = launch("", asked);

        assertThat(command.exit()).as(command.err()).isZero();
        assertThat(command.out()).isEqualTo(expected.toString());
        assertThat(command.err()).doesNotContain("OpenJDK", "directive");
    }

    private Command launch(String options, String... asked) {
        String path = folder.resolve("bin") + File.pathSeparator + System.getenv("PATH");
        Stream<String> launched =
                Stream.of("env", "PATH=" + path, "GHOSTMAP_JAVA_OPTS=" + options, launcher.toString());
        return Command.run(folder, Stream.concat(launched, Arrays.stream(asked)).toList());
    }

    private Path copy(Path from, String to) throws IOException {
        Path target = folder.resolve(to);
        Files.createDirectories(target.getParent());
        return Files.copy(from, target, StandardCopyOption.COPY_ATTRIBUTES);
    }

    /** A capture that does not compress, of frames that are nothing we know. */
    private static byte[] noise() {
        SplittableRandom random = new SplittableRandom(1);
        PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
        byte[] frame = new byte[1_400];
        for (int i = 0; i < 1 + (5 << 20) / frame.length; i++) {
            random.nextBytes(frame);
            frame[12] = (byte) 0x88;
            frame[13] = (byte) 0xb5; // IEEE 802, local experimental
            pcap.frame(i, frame);
        }
        return pcap.bytes();
    }
}
