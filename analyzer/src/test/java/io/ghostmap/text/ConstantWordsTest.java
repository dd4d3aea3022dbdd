package io.ghostmap.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Command;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Words that are not compile-time constants are refused by the compiler, so that no data from a bundle hides in them. */
final class ConstantWordsTest {
    @TempDir
    private Path folder;

    @Test
    void aVariableIsRefusedAsWords() throws IOException {
        Command compiled = compile("Text.of(\"read from \" + args[0])");

        assertThat(compiled.exit()).as(compiled.err()).isNotZero();
        assertThat(compiled.err()).contains("[CompileTimeConstant]");
    }

    @Test
    void theSameSentenceWithTheValueAsATermCompiles() throws IOException {
        Command compiled = compile("Text.of(\"read from {}\", Term.quote(args[0]))");

        assertThat(compiled.exit()).as(compiled.err()).isZero();
    }

    private Command compile(String expression) throws IOException {
        Path source = Files.writeString(folder.resolve("Sentence.java"), """
                import io.ghostmap.text.Term;
                import io.ghostmap.text.Text;

                final class Sentence {
                    private Sentence() {}

                    static Text of(String... args) {
                        return %s;
                    }

                    static Term unused = Term.map(1);
                }
                """.formatted(expression));
        String classPath = System.getProperty("java.class.path");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-d",
                folder.toString(),
                "-cp",
                classPath,
                "-processorpath",
                classPath,
                "-XDcompilePolicy=simple",
                "--should-stop=ifError=FLOW",
                "-Xplugin:ErrorProne",
                source.toString()));
        try (Stream<String> options = Files.lines(Repository.root().resolve(".mvn/jvm.config"))) {
            options.flatMap(line -> Stream.of(line.split(" ")))
                    .map(option -> "-J" + option)
                    .forEach(option -> command.add(command.size() - 1, option));
        }
        return Command.run(folder, command);
    }
}
