package io.ghostmap.cli;

import io.ghostmap.report.ReportModel;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Writes the forms of a report: each to a temporary file beside the target, and when all are whole they are renamed, so that
 * no reader ever sees half of one. Readable by the owner only.
 */
final class ReportFiles {
    private static final int BUFFER = 1 << 16;

    private final Path folder;
    private final String stem;

    /** {@code stem} is the analyst's own file name for the bundle, never a name from inside it. */
    ReportFiles(Path folder, String stem) {
        this.folder = folder;
        this.stem = stem;
    }

    /** Writes one form. */
    @FunctionalInterface
    interface Renderer {
        void write(ReportModel model, OutputStream out) throws IOException;
    }

    /** A form, and the ending of its file's name. */
    record Form(String ending, Renderer renderer) {
        static Form of(String ending, Function<ReportModel, String> renderer) {
            return new Form(
                    ending, (model, out) -> out.write(renderer.apply(model).getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** In parallel: each form loads libraries of its own, which takes most of its time. Returns the files in that order. */
    List<Path> write(ReportModel model, List<Form> forms) throws IOException {
        Files.createDirectories(folder);
        List<Path> temporaries = new ArrayList<>();
        try {
            for (Form form : forms) {
                temporaries.add(Files.createTempFile(folder, ".ghostmap-", form.ending(), ownerOnly()));
            }
            IntStream.range(0, forms.size())
                    .parallel()
                    .forEach(i -> render(model, forms.get(i).renderer(), temporaries.get(i)));
            List<Path> written = new ArrayList<>();
            for (int i = 0; i < forms.size(); i++) {
                Path target = folder.resolve(stem + forms.get(i).ending());
                written.add(Files.move(temporaries.get(i), target, StandardCopyOption.REPLACE_EXISTING));
            }
            return written;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            for (Path temporary : temporaries) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    private static void render(ReportModel model, Renderer renderer, Path file) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
            renderer.write(model, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
