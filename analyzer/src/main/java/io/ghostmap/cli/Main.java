package io.ghostmap.cli;

import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.HooksText;
import io.ghostmap.report.MapsText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program: {@code ghostmap analyze BUNDLE}, or {@code ghostmap BUNDLE} for short. */
@Command(
        name = "ghostmap",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Where did this connection really go, and who sent it there?",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Analyzes what ghostmap-collect captured on a Kubernetes node, offline.",
            "ghostmap BUNDLE is short for ghostmap analyze BUNDLE.",
            ""
        },
        subcommands = {
            AnalyzeCommand.class,
            ExplainCommand.class,
            DumpCommand.class,
            DiffCommand.class,
            TrafficCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    @Spec
    private @Nullable CommandSpec spec;

    private Main() {}

    @Command(
            name = "hooks",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            header = "The programs of every hook, in run order.")
    int hooks(@Mixin BundleArgument bundle) throws UnreadableBundleException {
        return answer(HooksText.render(Analysis.modelOf(bundle.path())));
    }

    @Command(
            name = "maps",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            header = "The generations of the load-balancing maps, and why each is or is not current.")
    int maps(@Mixin BundleArgument bundle) throws UnreadableBundleException {
        return answer(MapsText.render(Analysis.modelOf(bundle.path())));
    }

    private int answer(String text) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.print(text);
        out.flush();
        return ExitStatus.ANALYZED;
    }

    public static void main(String[] args) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                args));
    }

    /** Runs one command and returns its exit status; nothing escapes as an exception. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        try {
            Optional<PlainArguments.Question> plain = PlainArguments.of(args);
            return plain.isPresent() ? answered(plain.get(), out, err) : parsed(out, err, args);
        } catch (OutOfMemoryError | StackOverflowError e) {
            err.println("ghostmap: the bundle asks for more memory than Java was given: try again with"
                    + " GHOSTMAP_JAVA_OPTS=-Xmx4g, or report it with the bundle's SHA-256");
            return ExitStatus.INTERNAL_ERROR;
        }
    }

    private static int answered(PlainArguments.Question question, PrintWriter out, PrintWriter err) {
        try {
            return question.answer(out, err);
        } catch (UnreadableBundleException | IOException | RuntimeException e) {
            return failed(e, err);
        }
    }

    private static int parsed(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commands = commands(args)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command.getErr()));
        return commands.execute(withCommand(commands, args));
    }

    /** All commands; or the one that is named and wanted quickly: reading the annotations of all takes longer than it. */
    static CommandLine commands(String... args) {
        Object quick = switch (args.length == 0 ? "" : args[0]) {
            case "analyze" -> new AnalyzeCommand();
            case "traffic" -> new TrafficCommand();
            default -> null;
        };
        return quick == null
                ? new CommandLine(new Main())
                : new CommandLine(CommandSpec.create().name("ghostmap")).addSubcommand(args[0], new CommandLine(quick));
    }

    /** Puts {@code analyze} in front of arguments that name no command. */
    private static String[] withCommand(CommandLine commands, String[] args) {
        boolean named = args.length == 0
                || commands.getSubcommands().containsKey(args[0])
                || List.of("-h", "--help", "-V", "--version").contains(args[0]);
        if (named) {
            return args;
        }
        List<String> all = new ArrayList<>(List.of("analyze"));
        all.addAll(Arrays.asList(args));
        return all.toArray(String[]::new);
    }

    private static int failed(Exception e, PrintWriter err) {
        if (e instanceof UnreadableBundleException) {
            err.println("ghostmap: " + e.getMessage());
            return ExitStatus.UNREADABLE;
        }
        if (e instanceof AccessDeniedException denied) {
            err.println("ghostmap: " + Printable.of(String.valueOf(denied.getFile()))
                    + ": permission denied: give a folder that you may write with -o");
            return ExitStatus.INTERNAL_ERROR;
        }
        if (e instanceof IOException) {
            err.println("ghostmap: the report cannot be written: " + Printable.of(String.valueOf(e.getMessage())));
            return ExitStatus.INTERNAL_ERROR;
        }
        err.println("ghostmap: internal error, please report it with the bundle's SHA-256: "
                + Printable.of(String.valueOf(e)));
        return ExitStatus.INTERNAL_ERROR;
    }
}
