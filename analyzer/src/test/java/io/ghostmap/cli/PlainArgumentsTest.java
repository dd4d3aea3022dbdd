package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is understood without the parser is what the parser would have understood. */
final class PlainArgumentsTest {
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
    void theirCommandsAreThoseOfTheParser() {
        assertThat(PlainArguments.COMMANDS)
                .isEqualTo(Main.commands().getSubcommands().keySet());
    }

    @Test
    void analyzesAsTheParserWould() throws IOException {
        String sample = Repository.sample("no-backends").toString();
        String place = folder.toString();
        Run parsed = Run.of("analyze", sample, "--output", place);
        List<byte[]> written = reports();

        assertThat(parsed.status()).isEqualTo(ExitStatus.ANALYZED);
        assertThat(written).hasSize(3);
        for (String[] args : List.of(
                new String[] {"analyze", sample, "-o", place},
                new String[] {sample, "-o", place},
                new String[] {"analyze", "--output=" + place, sample})) {
            assertThat(Run.of(args)).isEqualTo(parsed);
            assertThat(reports()).usingRecursiveComparison().isEqualTo(written);
        }
    }

    private List<byte[]> reports() throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().map(PlainArgumentsTest::bytes).toList();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            return bytes;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void complainsAsTheParserWould() {
        String nothing = folder.resolve("nothing.tar.gz").toString();
        Run parsed = Run.of("analyze", nothing, "--output", folder.toString());

        assertThat(parsed.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(Run.of("analyze", nothing, "-o", folder.toString())).isEqualTo(parsed);
        assertThat(Run.of(nothing)).isEqualTo(parsed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "analyze",
                "traffic",
                "help",
                "help analyze",
                "explain b 10.0.0.1:80",
                "maps b",
                "analyze b c",
                "b c",
                "analyze -o d",
                "analyze b -o",
                "analyze b -o -o",
                "analyze b -o d e",
                "analyze @b",
                "-V",
                "analyze b --fail-on warning",
                "traffic b -o d",
                "traffic --json b",
                "analyze -o d b"
            })
    void allElseIsTheParsers(String line) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(PlainArguments.of(args)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"b", "analyze b", "analyze b -o d", "b -o d", "traffic b", "traffic b c d", "./maps"})
    void plainOnesAreNot(String line) {
        assertThat(PlainArguments.of(line.split(" "))).isPresent();
    }
}
