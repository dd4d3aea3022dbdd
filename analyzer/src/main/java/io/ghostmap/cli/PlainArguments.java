package io.ghostmap.cli;

import io.ghostmap.bundle.UnreadableBundleException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The plain forms of the two commands that are asked for most: {@code analyze BUNDLE [-o DIR]}, also without its name, and
 * {@code traffic CAPTURE…}. Setting the parser up takes longer than reading a small bundle, or a capture of 100 MB; it gets
 * everything else, and all that there is to complain of.
 */
final class PlainArguments {
    /** What the parser knows as commands: a bundle of such a name needs a folder in front of it. */
    static final Set<String> COMMANDS =
            Set.of("analyze", "explain", "hooks", "maps", "dump", "diff", "traffic", "help");

    private PlainArguments() {}

    /** What is asked, ready to be answered; the answer is the exit status. */
    @FunctionalInterface
    interface Question {
        int answer(PrintWriter out, PrintWriter err) throws UnreadableBundleException, IOException;
    }

    /** Empty where the parser is needed. */
    static Optional<Question> of(String... args) {
        List<String> words = new ArrayList<>(List.of(args));
        String command = args.length > 0 && COMMANDS.contains(args[0]) ? words.remove(0) : "analyze";
        boolean placed = words.size() == 3 && words.get(1).equals("-o");
        List<Path> paths = new ArrayList<>();
        for (String word : placed ? List.of(words.get(0), words.get(2)) : words) {
            if (word.startsWith("-") || word.startsWith("@")) {
                return Optional.empty();
            }
            try {
                paths.add(Path.of(word));
            } catch (InvalidPathException e) {
                return Optional.empty(); // the parser names it
            }
        }
        if (command.equals("traffic") && !placed && !paths.isEmpty()) {
            return Optional.of((out, err) -> TrafficCommand.print(paths, false, out, err));
        }
        if (command.equals("analyze") && (placed || paths.size() == 1)) {
            Optional<Path> output = placed ? Optional.of(paths.get(1)) : Optional.empty();
            return Optional.of(
                    (out, err) -> AnalyzeCommand.analyze(paths.get(0), output, AnalyzeCommand.FailOn.never, out, err));
        }
        return Optional.empty();
    }
}
