package io.ghostmap.cli;

import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.FileStream;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.traffic.CaptureFiles;
import io.ghostmap.traffic.Traffic;
import io.ghostmap.traffic.TrafficSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads only the traffic, of a bundle or of capture files without a bundle. */
public final class TrafficReading {
    private TrafficReading() {}

    /** Several paths are rotated files of one capture, or captures that ran side by side, in any order. */
    public static Traffic of(List<Path> paths) throws UnreadableBundleException {
        TrafficSink sink = new TrafficSink();
        if (paths.size() == 1 && !isCapture(paths.get(0))) {
            refuseWhatIsNeither(paths.get(0));
            BundleReader.withoutDigests(Limits.DEFAULT).read(paths.get(0), List.of(sink));
            return ofBundle(paths.get(0), sink);
        }
        for (Path path : inTimeOrder(paths)) {
            readCapture(path, sink);
        }
        return sink.assemble();
    }

    /** What the sink has taken from that bundle; its captures are read once more if the sink learned too late how to read them. */
    static Traffic ofBundle(Path bundle, TrafficSink sink) throws UnreadableBundleException {
        Optional<TrafficSink> again = sink.secondLook();
        if (again.isEmpty()) {
            return sink.assemble();
        }
        BundleReader.withoutDigests(Limits.DEFAULT).read(bundle, List.of(again.get()));
        return again.get().assemble();
    }

    /** Only files with content: if one is absent or empty, the bundle's reader reports it. */
    private static void refuseWhatIsNeither(Path path) throws UnreadableBundleException {
        try {
            if (Files.isRegularFile(path) && Files.size(path) > 0 && !BundleReader.isArchive(path)) {
                throw new UnreadableBundleException(Printable.of(String.valueOf(path.getFileName()))
                        + ": neither a capture (pcap or pcapng, also .gz or .zst) nor a bundle (tar, tar.gz, tar.zst or"
                        + " its folder)");
            }
        } catch (IOException e) {
            return; // the bundle's reader reports what is wrong
        }
    }

    /** By their first frames: a shell lists {@code any.pcap10} before {@code any.pcap2}, and a ring starts anywhere. */
    private static List<Path> inTimeOrder(List<Path> paths) throws UnreadableBundleException {
        if (paths.size() == 1) {
            return paths;
        }
        Map<Path, Long> begin = new LinkedHashMap<>();
        for (Path path : paths) {
            if (begin.containsKey(path)) {
                throw new UnreadableBundleException(
                        Printable.of(String.valueOf(path.getFileName())) + ": given twice: give each file once");
            }
            begin.put(path, firstNanos(path));
        }
        return begin.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static long firstNanos(Path path) {
        if (!Files.isRegularFile(path)) {
            return Long.MAX_VALUE;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return CaptureFiles.firstNanos(in);
        } catch (IOException e) {
            return Long.MAX_VALUE; // the reader reports what is wrong
        }
    }

    private static boolean isCapture(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return CaptureFiles.startsAsCapture(in);
        } catch (IOException e) {
            return false; // the bundle's reader reports what is wrong
        }
    }

    private static void readCapture(Path path, TrafficSink sink) throws UnreadableBundleException {
        String shown = Printable.of(String.valueOf(path.getFileName()));
        if (Files.exists(path) && !Files.isReadable(path)) {
            throw new UnreadableBundleException(shown + ": permission denied");
        }
        if (!isCapture(path)) {
            throw new UnreadableBundleException(
                    shown + ": not a capture that can be read: give pcap or pcapng files, or one bundle alone");
        }
        try (InputStream in = FileStream.open(path)) {
            sink.readCapture(path.toString(), in);
        } catch (IOException e) {
            throw new UnreadableBundleException(shown + ": cannot be read: check the file's permissions", e);
        }
    }
}
