package io.ghostmap.cli;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The bundle that a command reads. */
final class BundleArgument {
    @Parameters(
            index = "0",
            paramLabel = "BUNDLE",
            description = "the archive of ghostmap-collect (.tar.gz, .tar.zst, .tar), or its unpacked folder")
    private @Nullable Path bundle;

    Path path() {
        return Objects.requireNonNull(bundle);
    }
}
