package io.ghostmap.cli;

import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.TrafficJson;
import io.ghostmap.report.TrafficTables;
import io.ghostmap.traffic.Traffic;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "traffic",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Print who tried to connect where, and what came back.",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Examples:",
            "  ghostmap traffic ghostmap-worker-7-20261123T024100Z.tar.gz",
            "  ghostmap traffic any.pcapng.zst",
            "  ghostmap traffic --json any.pcap0 any.pcap1 any.pcap2",
            "",
            "An attempt is a SYN with its retransmissions and with its copies on other interfaces;",
            "SYNS counts frames, as tcpdump does. Checksums of a bundle are not compared here.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the traffic was read; losses are listed on stderr",
            "1:internal error",
            "2:wrong usage",
            "4:the bundle or capture cannot be read, or is not safe to read"
        })
final class TrafficCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "BUNDLE|CAPTURE",
            description = "a bundle; or a capture (pcap, pcapng, also .gz and .zst), or the rotated files of one")
    private List<Path> paths = List.of();

    @Option(names = "--json", description = "print JSON instead of tables")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws UnreadableBundleException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = command.getOut();
        PrintWriter err = command.getErr();
        Traffic traffic = TrafficReading.of(paths);
        out.print(json ? TrafficJson.render(traffic) : TrafficTables.render(traffic));
        out.flush();
        traffic.gaps()
                .forEach(gap ->
                        err.println("ghostmap: " + Printable.of(gap.artifact().name()) + ": "
                                + Printable.of(gap.reason().plain())));
        if (!traffic.captured()) {
            err.println("ghostmap: no capture was read");
        }
        err.flush();
        return ExitStatus.ANALYZED;
    }
}
