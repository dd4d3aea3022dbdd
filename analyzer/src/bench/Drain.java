import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Reads a file to its end, inflating a .gz: the floor for any reader in Java. */
final class Drain {
    private static final int BUFFER = 256 << 10;

    private Drain() {}

    public static void main(String[] args) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        try (InputStream file = Files.newInputStream(Path.of(args[0]));
                InputStream in = args[0].endsWith(".gz") ? new GZIPInputStream(file, BUFFER) : file) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
            }
        }
        System.out.println(bytes);
    }
}
