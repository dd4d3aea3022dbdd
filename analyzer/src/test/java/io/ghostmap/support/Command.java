package io.ghostmap.support;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that has ended, with what it wrote. */
public record Command(int exit, String out, String err) {
    private static final long MINUTES = 30;

    public static Command run(Path folder, String... argv) {
        return run(folder, List.of(argv));
    }

    public static Command run(Path folder, List<String> argv) {
        try {
            Path out = Files.createTempFile("ghostmap-test-", ".out");
            Path err = Files.createTempFile("ghostmap-test-", ".err");
            try {
                Process process = new ProcessBuilder(argv)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                    process.destroy();
                    throw new IllegalStateException(argv + " did not end within " + MINUTES + " minutes");
                }
                return new Command(process.exitValue(), read(out), read(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
