package io.ghostmap.traffic;

import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.MemberSink;
import io.ghostmap.net.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Takes the capture files as the bundle streams past, in any order, and assembles the {@link Traffic} at the end. */
public final class TrafficSink implements MemberSink {
    private static final String FOLDER = "pcap/";
    private static final String LINKS = "pcap/links.json";
    private static final String PCAP = ".pcap";
    private static final String STDERR = ".stderr";
    private static final int LONGEST_STDERR = 1 << 20;
    private static final int MOST_FRAMES = 12;

    private final AttemptTable attempts = new AttemptTable();
    private final InterfaceNames interfaces = new InterfaceNames();
    private final SortedMap<String, Capture> captures = new TreeMap<>();
    private final Map<String, CaptureCounters> counters = new TreeMap<>();
    private final List<Gap> gaps = new ArrayList<>();

    @Override
    public boolean wants(String path) {
        return path.equals(LINKS) || (path.startsWith(FOLDER) && (path.endsWith(PCAP) || path.endsWith(STDERR)));
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

    private void readCapture(String path, InputStream in) throws IOException {
        PcapReader reader = new PcapReader(in);
        if (!reader.open()) {
            reader.damage().ifPresent(reason -> gaps.add(new Gap(path, reason)));
            return;
        }
        CaptureScan scan = new CaptureScan(path, reader, attempts);
        scan.run();
        reader.damage().ifPresent(reason -> gaps.add(new Gap(path, reason)));
        captures.put(path, scan.result());
    }

    public Traffic assemble() {
        List<Capture> all = captures.values().stream().map(this::withCounters).toList();
        long end = all.stream().mapToLong(Capture::lastNanos).max().orElse(0);
        boolean lossy = all.stream().anyMatch(capture -> capture.counters().lost());
        SortedMap<Endpoint, List<ConnectionAttempt>> byServer = new TreeMap<>();
        for (ConnectionAttempt attempt : attempts.close(end, lossy, interfaces)) {
            byServer.computeIfAbsent(attempt.server(), server -> new ArrayList<>())
                    .add(attempt);
        }
        List<Destination> destinations = byServer.entrySet().stream()
                .map(entry -> destination(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(Destination::syns).reversed().thenComparing(Destination::endpoint))
                .toList();
        return new Traffic(all, destinations, attempts.untracked(), List.copyOf(gaps));
    }

    private Capture withCounters(Capture capture) {
        String stem = capture.file().substring(0, capture.file().length() - PCAP.length());
        return capture.with(counters.getOrDefault(stem, CaptureCounters.NONE));
    }

    private Destination destination(Endpoint endpoint, List<ConnectionAttempt> of) {
        return Destination.of(endpoint, of, attempts.packetTo(endpoint), MOST_FRAMES);
    }
}
