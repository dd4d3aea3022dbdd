package io.ghostmap.cli;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.MapContent;
import io.ghostmap.report.MapDiff;
import io.ghostmap.report.MapDiffText;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Compare two maps: services by their backends, and the entries byte by byte.",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Example:",
            "  ghostmap diff bundle.tar.gz 27 144        the old generation of services against the current one",
            "",
            "A service is compared by its backends' addresses, never by ids: each generation has its own.",
            ""
        })
final class DiffCommand implements Callable<Integer> {
    @Mixin
    private final BundleArgument bundle = new BundleArgument();

    @Parameters(index = "1", paramLabel = "ID", description = "the first map, as listed by ghostmap maps")
    private int first;

    @Parameters(index = "2", paramLabel = "ID", description = "the second map")
    private int second;

    @Option(names = "--json", description = "every difference, as JSON")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws UnreadableBundleException {
        CommandSpec command = Objects.requireNonNull(spec);
        Node node = Node.of(bundle.path());
        MapContent before = node.map(first, command.commandLine());
        MapContent after = node.map(second, command.commandLine());
        if (before.map().keyBytes() != after.map().keyBytes()
                || before.map().valueBytes() != after.map().valueBytes()
                || !node.role(first).equals(node.role(second))) {
            throw new ParameterException(
                    command.commandLine(),
                    "maps " + first + " and " + second + " are not of one kind (" + node.what(first) + " and "
                            + node.what(second) + "): give two maps of one role and layout");
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? MapDiff.json(before, after) : MapDiffText.render(before, after));
        out.flush();
        return ExitStatus.ANALYZED;
    }
}
