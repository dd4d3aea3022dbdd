package io.ghostmap.cli;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.report.Explanation;
import java.util.Objects;
import java.util.Optional;
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
        name = "explain",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Print what happens to a connect to an address, program by program, entry by entry.",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Examples:",
            "  ghostmap explain bundle.tar.gz 172.17.93.4:8080",
            "  ghostmap explain bundle.tar.gz 10.96.0.10:53/udp --cgroup /sys/fs/cgroup",
            ""
        })
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    private final BundleArgument bundle = new BundleArgument();

    @Parameters(
            index = "1",
            paramLabel = "ADDRESS",
            description = "IP:PORT or [IPv6]:PORT, with /tcp (default) or /udp")
    private String address = "";

    @Option(
            names = "--cgroup",
            paramLabel = "PATH",
            description = "only the hooks of this cgroup, as listed by ghostmap hooks")
    private @Nullable String cgroup;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws UnreadableBundleException {
        CommandSpec command = Objects.requireNonNull(spec);
        Frontend frontend = frontend()
                .orElseThrow(() -> new ParameterException(
                        command.commandLine(),
                        "not an address with a port: '" + address + "'; give IP:PORT, IP:PORT/tcp or IP:PORT/udp"));
        Explanation explanation = Analysis.explain(bundle.path(), frontend, Optional.ofNullable(cgroup));
        command.commandLine().getOut().print(explanation.text());
        command.commandLine().getOut().flush();
        return ExitStatus.ANALYZED;
    }

    private Optional<Frontend> frontend() {
        int slash = address.indexOf('/');
        String endpoint = slash < 0 ? address : address.substring(0, slash);
        Optional<Protocol> protocol =
                slash < 0 ? Optional.of(Protocol.TCP) : Protocol.ofName(address.substring(slash + 1));
        return Endpoint.parse(endpoint)
                .flatMap(to -> protocol.filter(p -> p != Protocol.ANY).map(p -> Frontend.external(to, p)));
    }
}
