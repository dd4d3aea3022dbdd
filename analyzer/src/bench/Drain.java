import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Reads a file to its end, inflating a .gz: a floor for readers in Java. In pieces of 256 KiB, or of the KiB given as the
 * second argument.
 */
final class Drain {
    private Drain() {}

    public static void main(String[] args) throws IOException {
        byte[] buffer = new byte[(args.length > 1 ? Integer.parseInt(args[1]) : 256) << 10];
        long bytes = 0;
        try (InputStream file = Files.newInputStream(Path.of(args[0]));
                InputStream in = args[0].endsWith(".gz") ? new GZIPInputStream(file, buffer.length) : file) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
            }
        }
        System.out.println(bytes);
    }
}
