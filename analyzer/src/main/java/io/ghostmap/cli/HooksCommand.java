package io.ghostmap.cli;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.NodeText;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "hooks",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "The programs of every hook, in run order.")
final class HooksCommand implements Callable<Integer> {
    @Mixin
    private final BundleArgument bundle = new BundleArgument();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws UnreadableBundleException {
        Objects.requireNonNull(spec).commandLine().getOut().print(NodeText.hooks(Analysis.of(bundle.path())));
        spec.commandLine().getOut().flush();
        return ExitStatus.ANALYZED;
    }
}
