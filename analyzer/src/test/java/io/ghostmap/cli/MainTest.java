package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Command;
import io.ghostmap.support.Repository;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a whole: its short form, and how it ends when something is wrong with Java and not with the bundle. */
final class MainTest {
    @TempDir
    private Path folder;

    private record Run(int status, String out, String err) {
        static Run of(String... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
            return new Run(status, out.toString(), err.toString());
        }
    }

    @Test
    void bundleAloneIsAnalyzed() throws IOException {
        String sample = Repository.sample("no-backends").toString();

        Run written = Run.of("analyze", sample, "--output", folder.toString());
        Map<String, String> reports = takeReports();
        Run shortly = Run.of(sample, "-o", folder.toString());

        assertThat(written.status()).isEqualTo(ExitStatus.ANALYZED);
        assertThat(reports).hasSize(3);
        assertThat(shortly).isEqualTo(written);
        assertThat(takeReports()).isEqualTo(reports);
    }

    @Test
    void helpNamesEveryCommand() {
        Run help = Run.of("--help");

        assertThat(help.status()).isEqualTo(ExitStatus.ANALYZED);
        assertThat(help.out())
                .contains("ghostmap BUNDLE is short for ghostmap analyze BUNDLE")
                .contains(List.of("analyze", "explain", "hooks", "maps", "dump", "diff", "traffic", "rules", "help"));
        assertThat(help.err()).isEmpty();
    }

    /** A jar that was cut or packed wrongly: here one without the classes that read zstd. */
    @ParameterizedTest
    @ValueSource(strings = {"analyze", "hooks", "traffic"})
    void missingClassEndsInOneLine(String command) throws IOException {
        String classPath = Arrays.stream(classPath())
                .filter(entry -> !entry.contains("zstd-jni"))
                .collect(Collectors.joining(File.pathSeparator));

        Command run = java(List.of("-cp", classPath), command, zstdArchive().toString());

        assertThat(run.exit()).isEqualTo(ExitStatus.INTERNAL_ERROR);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("ghostmap: a class or a native library cannot be loaded")
                .contains("com/github/luben/zstd");
    }

    @Test
    void errorOfAnotherThreadIsNamed() {
        assertThat(Failure.of(new CompletionException(new OutOfMemoryError("Java heap space"))))
                .isEqualTo(Failure.of(new OutOfMemoryError("Java heap space")));
        assertThat(Failure.of(new CompletionException(new NoClassDefFoundError("a/B"))))
                .isEqualTo(Failure.of(new NoClassDefFoundError("a/B")));
        assertThat(Failure.of(new IllegalStateException("two\nlines")).line())
                .startsWith("ghostmap: internal error")
                .hasLineCount(1);
    }

    private Path zstdArchive() throws IOException {
        byte[] tar = Archives.tar(Archives.file("b/manifest.json", "{\"format\":1}"));
        return Files.write(folder.resolve("b.tar.zst"), Zstd.compress(tar));
    }

    private Command java(List<String> options, String... asked) {
        List<String> argv = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        argv.addAll(options);
        argv.add(Main.class.getName());
        argv.addAll(List.of(asked));
        return Command.run(folder, argv);
    }

    private static String[] classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .toArray(String[]::new);
    }

    private Map<String, String> takeReports() throws IOException {
        Map<String, String> reports = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                reports.put(file.getFileName().toString(), Files.readString(file));
                Files.delete(file);
            }
        }
        return reports;
    }
}
