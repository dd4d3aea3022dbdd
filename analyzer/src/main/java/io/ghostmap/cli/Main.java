package io.ghostmap.cli;

import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.HooksText;
import io.ghostmap.report.MapsText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: {@code ghostmap analyze BUNDLE}, or {@code ghostmap BUNDLE} for short. */
@Command(
        name = "ghostmap",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Where did this connection really go, and who sent it there?",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Analyzes offline what ghostmap-collect captured on a Kubernetes node.",
            "ghostmap BUNDLE is short for ghostmap analyze BUNDLE.",
            ""
        },
        subcommands = {
            AnalyzeCommand.class,
            ExplainCommand.class,
            DumpCommand.class,
            DiffCommand.class,
            TrafficCommand.class,
            RulesCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private static final List<String> OWN_OPTIONS = List.of("-h", "--help", "-V", "--version");

    @Spec
    private @Nullable CommandSpec spec;

    private Main() {}

    @Command(
            name = "hooks",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            header = "Print the programs of every hook, in run order.")
    int hooks(@Mixin BundleArgument bundle) throws UnreadableBundleException {
        return answer(HooksText.render(Analysis.modelOf(bundle.path())));
    }

    @Command(
            name = "maps",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            header = "Print the generations of the load-balancing maps, and why each is current or not.")
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

    /** Runs one command and returns its exit status. Whatever is thrown, also an Error, becomes one line and a status. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        try {
            CommandLine commands = new CommandLine(new Main())
                    .setOut(out)
                    .setErr(err)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setParameterExceptionHandler((e, unparsed) -> wrongUsage(e))
                    .setExecutionExceptionHandler((e, command, parsed) -> failed(e, err));
            return commands.execute(withCommand(commands, args));
        } catch (Throwable e) { // the parser hands only exceptions to its handler
            return failed(e, err);
        }
    }

    /** Puts {@code analyze} before arguments that do not begin with a command. */
    private static String[] withCommand(CommandLine commands, String... args) {
        boolean named =
                args.length == 0 || commands.getSubcommands().containsKey(args[0]) || OWN_OPTIONS.contains(args[0]);
        return named
                ? args
                : Stream.concat(Stream.of("analyze"), Arrays.stream(args)).toArray(String[]::new);
    }

    /** Does what the parser does, but also makes visible what the user typed. */
    private static int wrongUsage(ParameterException e) {
        CommandLine command = e.getCommandLine();
        command.getErr().println(Printable.whole(String.valueOf(e.getMessage())));
        if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            command.usage(command.getErr());
        }
        return ExitStatus.USAGE;
    }

    private static int failed(Throwable e, PrintWriter err) {
        Failure failure = Failure.of(e);
        err.println(failure.line());
        return failure.status();
    }
}
