package io.ghostmap.traffic;

import io.ghostmap.bundle.Decompression;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.MemberSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes the capture files as the bundle streams past and assembles the {@link Traffic} at the end. All files are one
 * capture: an attempt may start in one and be answered in the next.
 */
public final class TrafficSink implements MemberSink {
    private static final String FOLDER = "pcap/";
    private static final String LINKS = "pcap/links.txt";
    private static final String LINKS_JSON = "pcap/links.json";
    private static final String STDERR = ".stderr";
    private static final int LONGEST_STDERR = 1 << 20;

    private final AttemptTable attempts = new AttemptTable();
    private final UdpTable datagrams = new UdpTable();
    private final InterfaceNames interfaces = new InterfaceNames();
    private final List<Capture> captures = new ArrayList<>();
    private final Map<String, CaptureCounters> counters = new TreeMap<>();
    private final List<String> unreadable = new ArrayList<>();
    private final Map<String, Long> latestOfSet = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private boolean seesWholeConnections;
    private boolean outOfTime;

    @Override
    public boolean wants(String path) {
        return path.equals(LINKS)
                || path.equals(LINKS_JSON)
                || (path.startsWith(FOLDER) && (CaptureFiles.isCapture(path) || path.endsWith(STDERR)));
    }

    @Override
    public void read(String path, InputStream in) throws IOException {
        if (path.equals(LINKS) || path.equals(LINKS_JSON)) {
            if (!(path.equals(LINKS) ? interfaces.readText(in) : interfaces.readJson(in))) {
                gaps.add(new Gap(path, "not a list of interfaces"));
            }
        } else if (path.endsWith(STDERR)) {
            String text = new String(in.readNBytes(LONGEST_STDERR), StandardCharsets.UTF_8);
            String name = path.substring(0, path.length() - STDERR.length());
            counters.put(
                    Rotation.of(name + ".pcap").set(),
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
        if (format instanceof CaptureFormat.Unreadable none) {
            gaps.add(new Gap(path, none.reason()));
            unreadable.add(path);
            return;
        }
        CaptureScan scan = new CaptureScan(path, format, attempts, datagrams);
        scan.run();
        seesWholeConnections |= scan.seesWholeConnections();
        format.damage().ifPresent(reason -> gaps.add(new Gap(path, reason)));
        Capture capture = scan.result();
        captures.add(capture);
        if (capture.frames() > 0) {
            String set = Rotation.of(path).set();
            outOfTime |= capture.clock().firstNanos() < latestOfSet.getOrDefault(set, Long.MIN_VALUE);
            latestOfSet.merge(set, capture.lastNanos(), Math::max);
        }
    }

    public Traffic assemble() {
        List<Capture> all = withCounters();
        attempts.settleStrays();
        Coverage coverage = new Coverage(all, unreadable);
        gaps.addAll(coverage.gaps());
        if (outOfTime && attempts.lostStrays()) {
            gaps.add(new Gap(
                    all.get(0).file(),
                    "its rotated files were not read in the order of time, and more than " + Strays.MOST
                            + " replies stand before their SYN: some are not matched"));
        }
        Closing closing = new Closing(
                attempts,
                interfaces,
                new CaptureEnd(coverage, attempts.files(), seesWholeConnections),
                coverage.order());
        return new Traffic(
                all,
                !outOfTime,
                closing.destinations(),
                datagrams.close(coverage),
                attempts.untracked(),
                datagrams.untracked(),
                List.copyOf(gaps));
    }

    private static int inTime(Capture one, Capture other) {
        int order = Long.compare(one.clock().firstNanos(), other.clock().firstNanos());
        order = order != 0 ? order : Rotation.ORDER.compare(Rotation.of(one.file()), Rotation.of(other.file()));
        return order != 0 ? order : one.file().compareTo(other.file());
    }

    /** In the order of time. What tcpdump counted is of all files of a rotation: it stands with the last of them. */
    private List<Capture> withCounters() {
        captures.sort(TrafficSink::inTime);
        Map<String, String> lastOfSet = new HashMap<>();
        captures.forEach(capture -> lastOfSet.put(Rotation.of(capture.file()).set(), capture.file()));
        return captures.stream()
                .map(capture -> {
                    String set = Rotation.of(capture.file()).set();
                    boolean last = capture.file().equals(lastOfSet.get(set));
                    return last ? capture.with(counters.getOrDefault(set, CaptureCounters.NONE)) : capture;
                })
                .toList();
    }
}
