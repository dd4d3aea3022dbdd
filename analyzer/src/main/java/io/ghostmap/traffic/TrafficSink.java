package io.ghostmap.traffic;

import io.ghostmap.bundle.Decompression;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.MemberSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Takes the capture files as the bundle streams past and assembles the {@link Traffic} at the end. All files are one
 * capture: an attempt may start in one and be answered in the next.
 */
public final class TrafficSink implements MemberSink {
    private static final String FOLDER = "pcap/";
    private static final String LINKS = "pcap/links.json";
    private static final String STDERR = ".stderr";
    private static final int LONGEST_STDERR = 1 << 20;

    private final AttemptTable attempts = new AttemptTable();
    private final UdpTable datagrams = new UdpTable();
    private final InterfaceNames interfaces = new InterfaceNames();
    private final SortedMap<String, Capture> captures = new TreeMap<>();
    private final Map<String, CaptureCounters> counters = new TreeMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private boolean seesWholeConnections;

    @Override
    public boolean wants(String path) {
        return path.equals(LINKS)
                || (path.startsWith(FOLDER) && (CaptureFiles.isCapture(path) || path.endsWith(STDERR)));
    }

    @Override
    public void read(String path, InputStream in) throws IOException {
        if (path.equals(LINKS)) {
            if (!interfaces.read(in)) {
                gaps.add(new Gap(path, "not a list of interfaces"));
            }
        } else if (path.endsWith(STDERR)) {
            String text = new String(in.readNBytes(LONGEST_STDERR), StandardCharsets.UTF_8);
            counters.put(
                    path.substring(0, path.length() - STDERR.length()),
                    CaptureCounters.parse(text.lines().toList()));
        } else {
            readCapture(path, in);
        }
    }

    /** Reads one capture, compressed or not; what is no capture becomes a gap. */
    public void readCapture(String path, InputStream in) {
        try (ByteSource source = new ByteSource(Decompression.unpacking(in))) {
            readCapture(path, CaptureFormat.open(source));
        }
    }

    private void readCapture(String path, CaptureFormat format) {
        if (format instanceof CaptureFormat.Unreadable unreadable) {
            gaps.add(new Gap(path, unreadable.reason()));
            return;
        }
        CaptureScan scan = new CaptureScan(path, format, attempts, datagrams);
        scan.run();
        seesWholeConnections |= scan.seesWholeConnections();
        format.damage().ifPresent(reason -> gaps.add(new Gap(path, reason)));
        captures.put(path, scan.result());
    }

    public Traffic assemble() {
        List<Capture> all = captures.values().stream()
                .map(capture ->
                        capture.with(counters.getOrDefault(CaptureFiles.stem(capture.file()), CaptureCounters.NONE)))
                .toList();
        long end = all.stream().mapToLong(Capture::lastNanos).max().orElse(0);
        boolean lossy = all.stream().anyMatch(Capture::lost);
        Closing closing = new Closing(attempts, interfaces, new CaptureEnd(end, lossy, seesWholeConnections));
        return new Traffic(
                all,
                closing.destinations(),
                datagrams.close(end, lossy),
                attempts.untracked(),
                datagrams.untracked(),
                List.copyOf(gaps));
    }
}
