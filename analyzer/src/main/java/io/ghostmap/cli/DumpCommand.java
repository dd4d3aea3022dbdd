package io.ghostmap.cli;

import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.MapContent;
import io.ghostmap.report.MapDumpJson;
import io.ghostmap.report.MapDumpText;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Print one map of any generation, services as cilium-dbg bpf lb list prints them.",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Examples:",
            "  ghostmap maps bundle.tar.gz                 which maps there are",
            "  ghostmap dump bundle.tar.gz --map 27",
            "  ghostmap dump bundle.tar.gz --map 27 --json | jq .services",
            ""
        })
final class DumpCommand implements Callable<Integer> {
    @Mixin
    private final BundleArgument bundle = new BundleArgument();

    @Option(
            names = "--map",
            paramLabel = "ID",
            required = true,
            description = "the map's id, as listed by ghostmap maps")
    private int map;

    @ArgGroup
    private final Form form = new Form();

    @Spec
    private @Nullable CommandSpec spec;

    /** One of them, or the table. */
    private static final class Form {
        @Option(names = "--json", description = "every entry with its fields and its bytes, as JSON")
        private boolean json;

        @Option(names = "--raw", description = "keys and values in hex, as bpftool map dump prints them")
        private boolean raw;
    }

    @Override
    public Integer call() throws UnreadableBundleException {
        CommandSpec command = Objects.requireNonNull(spec);
        MapContent content = Node.of(bundle.path()).map(map, command.commandLine());
        PrintWriter out = command.commandLine().getOut();
        if (form.json) {
            MapDumpJson.render(content, out::print);
        } else if (form.raw) {
            MapDumpText.renderRaw(content, line -> out.print(line + "\n"));
        } else {
            MapDumpText.render(content, line -> out.print(line + "\n"));
        }
        out.flush();
        content.dump()
                .damage()
                .ifPresent(damage -> command.commandLine()
                        .getErr()
                        .println("ghostmap: " + Printable.of(content.dump().file()) + ": "
                                + Printable.of(damage.plain())));
        command.commandLine().getErr().flush();
        return ExitStatus.ANALYZED;
    }
}
