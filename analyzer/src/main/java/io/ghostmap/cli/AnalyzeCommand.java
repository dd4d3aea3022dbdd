package io.ghostmap.cli;

import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.ReportFiles.Form;
import io.ghostmap.diagnosis.Severity;
import io.ghostmap.report.HtmlRenderer;
import io.ghostmap.report.JsonRenderer;
import io.ghostmap.report.MarkdownRenderer;
import io.ghostmap.report.ReportModel;
import io.ghostmap.report.TerminalRenderer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "analyze",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Analyze a bundle and write its report as HTML, JSON and Markdown.",
        synopsisHeading = "%nUsage: ",
        description = {
            "",
            "Examples:",
            "  ghostmap analyze ghostmap-worker-7-20261123T024100Z.tar.gz",
            "  ghostmap analyze bundle.tar.gz -o reports --fail-on critical",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:analyzed, whatever was found",
            "1:internal error",
            "2:wrong usage",
            "3:findings at or above --fail-on",
            "4:the bundle cannot be read, or is not safe to read"
        })
final class AnalyzeCommand implements Callable<Integer> {
    /** From which severity on the exit status is 3. */
    enum FailOn {
        never(Optional.empty()),
        critical(Optional.of(Severity.CRITICAL)),
        warning(Optional.of(Severity.WARNING)),
        info(Optional.of(Severity.INFO));

        private final Optional<Severity> severity;

        FailOn(Optional<Severity> severity) {
            this.severity = severity;
        }
    }

    private static final List<Form> FORMS = List.of(
            Form.of(".html", HtmlRenderer::render),
            new Form(".json", JsonRenderer::write),
            Form.of(".md", MarkdownRenderer::render));

    @Mixin
    private final BundleArgument bundle = new BundleArgument();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "folder for the report; default: beside the bundle")
    private @Nullable Path output;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            description =
                    "exit with 3 when the worst finding is at least this: ${COMPLETION-CANDIDATES}; default: never")
    private FailOn failOn = FailOn.never;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws UnreadableBundleException, IOException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = command.getOut();
        PrintWriter err = command.getErr();
        ReportModel model = Analysis.modelOf(bundle.path());
        Path folder = Optional.ofNullable(output).orElseGet(() -> besides(bundle.path()));
        List<Path> written = new ReportFiles(folder, model.incident().bundle().name()).write(model, FORMS);
        out.print(TerminalRenderer.render(model));
        written.forEach(path -> out.println("wrote " + Printable.whole(path.toString())));
        out.flush();
        TerminalRenderer.losses(model).forEach(err::println);
        err.flush();
        return status(model, failOn);
    }

    private static Path besides(Path source) {
        Path parent = source.toAbsolutePath().getParent();
        return parent == null ? Path.of(".") : parent;
    }

    private static int status(ReportModel model, FailOn failOn) {
        boolean fails = failOn.severity
                .filter(least -> model.diagnosis().findings().stream()
                        .anyMatch(finding -> finding.severity().atLeast(least)))
                .isPresent();
        return fails ? ExitStatus.FINDINGS : ExitStatus.ANALYZED;
    }
}
