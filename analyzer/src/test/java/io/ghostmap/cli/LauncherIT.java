package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Archives;
import io.ghostmap.support.Command;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The launcher beside the packaged jar, with each Java of this machine, and the classes that it prepares for the next run. */
final class LauncherIT {
    /** What the launcher may call: macOS has all of it. Not even there does it need an option that is GNU's alone. */
    private static final List<String> TOOLS = List.of("ls", "cksum", "mkdir", "mv", "rm", "find", "readlink");

    private static final String DIRECTIVES = "-XX:CompilerDirectivesFile=";

    @TempDir
    private Path folder;

    private Path launcher = Path.of("");
    private Path target = Path.of("");
    private Path arguments = Path.of("");

    @BeforeEach
    void install() throws IOException {
        target = Files.createDirectories(folder.resolve("analyzer/target"));
        launcher = copy(Repository.root().resolve("analyzer/ghostmap"), folder.resolve("analyzer/ghostmap"));
        copy(Repository.root().resolve("analyzer/target/ghostmap.jar"), target.resolve("ghostmap.jar"));
        Path directives = Files.createDirectories(folder.resolve("analyzer/src/main/launcher"));
        copy(
                Repository.root().resolve("analyzer/src/main/launcher/large.directives"),
                directives.resolve("large.directives"));
        arguments = folder.resolve("arguments");
        Path samples = Files.createDirectories(folder.resolve("sample-bundles"));
        copy(Repository.sample("stale-generation"), samples.resolve("stale-generation.tar.gz"));
    }

    @ParameterizedTest
    @MethodSource("javas")
    void secondRunReadsThePreparedClasses(Path home) throws IOException {
        Path sample = Repository.sample("no-backends");
        Path reports = folder.resolve("reports");
        StringWriter expected = new StringWriter();
        Main.run(new PrintWriter(expected), new PrintWriter(new StringWriter()), sample.toString(), "-o", reports + "");

        Command first = launch(home, "", sample.toString(), "-o", reports.toString());
        Path log = folder.resolve("classes.log");
        Command second = launch(home, "-Xlog:class+load:file=" + log, sample.toString(), "-o", reports.toString());

        assertThat(List.of(first.exit(), second.exit())).as(first.err()).containsOnly(0);
        assertThat(List.of(first.out(), second.out())).containsOnly(expected.toString());
        assertThat(List.of(first.err(), second.err())).containsOnly("");
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains(Main.class.getName() + " "))
                .singleElement()
                .asString()
                .contains("shared objects file");
    }

    @ParameterizedTest
    @MethodSource("javas")
    void classesThatDoNotFitAreIgnored(Path home) throws IOException {
        assertSaysItsVersion(launch(home, "", "--version"));
        Path classes = classes().get(0);
        Files.delete(classes);
        for (byte[] unfit : List.of(new byte[0], new byte[4096], "no archive".getBytes(StandardCharsets.UTF_8))) {
            Files.write(classes, unfit);

            assertSaysItsVersion(launch(home, "", "--version"));
        }
    }

    @Test
    void severalAtOnceLeaveOneArchive() throws IOException {
        List<CompletableFuture<Command>> launched = IntStream.range(0, 3)
                .mapToObj(each -> CompletableFuture.supplyAsync(() -> launch(home(), "", "--version")))
                .toList();

        launched.stream().map(CompletableFuture::join).forEach(LauncherIT::assertSaysItsVersion);
        assertThat(classes()).hasSize(1);
        assertThat(classes().get(0)).isNotEmptyFile();
    }

    /** Of the same size and the same minute, as far as its name says. */
    @Test
    void newJarGetsNewClasses() throws IOException {
        assertSaysItsVersion(launch(home(), "", "--version"));
        Path before = classes().get(0);
        FileTime made = Files.getLastModifiedTime(before);
        Files.setLastModifiedTime(target.resolve("ghostmap.jar"), made);

        assertSaysItsVersion(launch(home(), "", "--version"));

        assertThat(classes()).hasSize(1);
        assertThat(Files.getLastModifiedTime(classes().get(0))).isGreaterThan(made);
    }

    @Test
    void withoutASampleNothingIsPrepared() throws IOException {
        prepareNothing();

        assertSaysItsVersion(launch(home(), "", "--version"));

        assertThat(classes()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("javas")
    void largeBundleIsReadWithOptionsOfItsOwn(Path home) throws IOException {
        prepareNothing();
        Path bundle = Archives.unpack(Repository.sample("stale-generation"), folder.resolve("unpacked"));
        Files.write(bundle.resolve("pcap/large.pcap"), noise());
        StringWriter expected = new StringWriter();
        Main.run(new PrintWriter(expected), new PrintWriter(new StringWriter()), "maps", bundle.toString());

        for (String heap : List.of("", "-Xmx200m")) { // Java refuses a heap that begins larger than it may become
            Command command = launch(recorder(home), heap, "maps", bundle.toString());

            assertThat(command.exit()).as(command.out() + command.err()).isZero();
            assertThat(command.out()).isEqualTo(expected.toString());
            assertThat(command.err()).isEmpty();
            assertThat(Files.readAllLines(arguments))
                    .contains(DIRECTIVES + launcher.resolveSibling("src/main/launcher/large.directives"))
                    .doesNotContain("-XX:TieredStopAtLevel=1");
        }
        assertThat(launch(home, "-XX:+DisplayVMOutput", "maps", bundle.toString())
                        .out())
                .as("what Java says of its options when it may")
                .startsWith("3 compiler directives added");
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, true"})
    void largeIsWhatHasMoreThanFourMebibytes(int more, boolean large) throws IOException {
        prepareNothing();
        Files.write(folder.resolve("-bundle.tar.gz"), new byte[(4 << 20) + more]);

        Command command = launch(recorder(home()), "", "maps", "./-bundle.tar.gz");

        assertThat(command.exit()).as(command.err()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(command.out()).isEmpty();
        assertThat(Files.readAllLines(arguments).stream().anyMatch(argument -> argument.startsWith(DIRECTIVES)))
                .isEqualTo(large);
    }

    @Test
    void isFoundThroughSymbolicLinks() throws IOException {
        prepareNothing();
        Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("bin/gm"), Path.of("../opt"));
        Files.createSymbolicLink(folder.resolve("opt"), launcher);

        assertSaysItsVersion(Command.run(folder, environment(home(), "", folder.resolve("bin/gm") + "", "--version")));
    }

    @Test
    void needsOnlyToolsThatEverySystemHas() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String tool : TOOLS) {
            Path found = Stream.of(System.getenv("PATH").split(":"))
                    .map(directory -> Path.of(directory, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.writeString(bin.resolve(tool), "#!/bin/sh\nexec '" + found + "' \"$@\"\n");
            assertThat(bin.resolve(tool).toFile().setExecutable(true)).isTrue();
        }

        assertSaysItsVersion(Command.run(
                folder, List.of("env", "-i", "PATH=" + bin, "JAVA_HOME=" + home(), launcher.toString(), "--version")));

        assertThat(classes()).hasSize(1);
        assertThat(classes().get(0)).isNotEmptyFile();
    }

    @Test
    void saysInOneLineWhatIsMissing() throws IOException {
        Command withoutJava = launch(folder, "", "--version");
        Files.delete(target.resolve("ghostmap.jar"));
        Command withoutJar = launch(home(), "", "--version");

        assertThat(List.of(withoutJava.exit(), withoutJar.exit())).containsOnly(ExitStatus.INTERNAL_ERROR);
        assertThat(List.of(withoutJava.out(), withoutJar.out())).containsOnly("");
        assertThat(withoutJava.err()).hasLineCount(1).startsWith("ghostmap: ").contains("Java 17");
        assertThat(withoutJar.err()).hasLineCount(1).startsWith("ghostmap: ").contains("mvn -q package");
    }

    /** The Java of these tests, and those of this machine that are supported. */
    private static List<Path> javas() throws IOException {
        List<Path> homes = new ArrayList<>(List.of(home().toRealPath()));
        Path installed = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(installed)) {
            try (Stream<Path> folders = Files.list(installed)) {
                for (Path home : folders.sorted().toList()) {
                    if (Files.isExecutable(home.resolve("bin/java")) && isSupported(home)) {
                        homes.add(home.toRealPath());
                    }
                }
            }
        }
        return homes.stream().distinct().toList();
    }

    private static boolean isSupported(Path home) throws IOException {
        Path release = home.resolve("release");
        return Files.exists(release)
                && Files.readAllLines(release).stream()
                        .filter(line -> line.startsWith("JAVA_VERSION="))
                        .map(line -> line.replaceAll("[^0-9.]", "").split("\\.", -1)[0])
                        .anyMatch(version -> Integer.parseInt(version) >= 17);
    }

    private static Path home() {
        return Path.of(System.getProperty("java.home"));
    }

    private void prepareNothing() throws IOException {
        Files.delete(folder.resolve("sample-bundles/stale-generation.tar.gz"));
    }

    /** A Java that notes what it is asked. */
    private Path recorder(Path home) throws IOException {
        Path java = folder.resolve("recorder/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(
                java,
                "#!/bin/sh\nprintf '%s\\n' \"$@\" >'" + arguments + "'\nexec '" + home.resolve("bin/java")
                        + "' \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return folder.resolve("recorder");
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

    private Command launch(Path home, String options, String... asked) {
        return Command.run(
                folder,
                environment(
                        home,
                        options,
                        Stream.concat(Stream.of(launcher.toString()), Arrays.stream(asked))
                                .toArray(String[]::new)));
    }

    private static List<String> environment(Path home, String options, String... argv) {
        return Stream.concat(
                        Stream.of("env", "JAVA_HOME=" + home, "GHOSTMAP_JAVA_OPTS=" + options), Arrays.stream(argv))
                .toList();
    }

    private static void assertSaysItsVersion(Command command) {
        assertThat(command.err()).isEmpty();
        assertThat(command.out()).isEqualTo("ghostmap " + Version.number() + "\n");
        assertThat(command.exit()).isZero();
    }

    /** What the launcher prepared: one file, and no folder that it worked in. */
    private List<Path> classes() throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> !file.endsWith("ghostmap.jar")).toList();
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        return Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
}
