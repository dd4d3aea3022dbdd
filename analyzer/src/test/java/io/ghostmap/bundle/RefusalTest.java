package io.ghostmap.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle that the analyst may not read is not damaged. */
final class RefusalTest {
    @TempDir
    private Path folder;

    @Test
    void deniedPermissionIsSaid() {
        assertThat(BundleReader.refusal(new AccessDeniedException("b/node/up\u001btime"), ""))
                .startsWith("permission denied for b/node/up\\u001btime: ")
                .doesNotContain("damaged");
    }

    @Test
    void fileThatMayNotBeRead() throws IOException {
        Path file = Files.writeString(folder.resolve("manifest.json"), "{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(file)).as("root may read everything").isFalse();

        assertThatThrownBy(() -> new BundleReader(Limits.DEFAULT).read(folder, List.of()))
                .hasMessageContaining("permission denied for")
                .hasMessageContaining("manifest.json");
    }
}
