package io.ghostmap.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Writes the forms of a report: to a temporary file beside the target, then renamed, so that no reader ever sees half
 * of one. Readable by the owner only.
 */
final class ReportFiles {
    private final Path folder;
    private final String stem;

    /** {@code stem} is the analyst's own file name for the bundle, never a name from inside it. */
    ReportFiles(Path folder, String stem) {
        this.folder = folder;
        this.stem = stem;
    }

    Path write(String ending, byte[] text) throws IOException {
        Files.createDirectories(folder);
        Path target = folder.resolve(stem + ending);
        Path temporary = Files.createTempFile(folder, ".ghostmap-", ending, ownerOnly());
        try {
            Files.write(temporary, text);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return target;
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
