package io.ghostmap.traffic;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Decompression;
import io.ghostmap.bundle.Form;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Member;
import io.ghostmap.bundle.MemberSink;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Takes the capture files as the bundle streams past and assembles the {@link Traffic} at the end. All files are one
 * capture: an attempt may start in one and be answered in the next.
 */
public final class TrafficSink implements MemberSink {
    private static final int MAX_TEXT = 1 << 20;

    private final AttemptTable attempts = new AttemptTable();
    private final UdpTable datagrams = new UdpTable();
    private final BlindSpots blind = new BlindSpots();
    private final TunnelPorts ports;
    private final InterfaceNames interfaces = new InterfaceNames();
    private final Map<String, Artifact> artifacts = new HashMap<>();
    private final List<Capture> captures = new ArrayList<>();
    private final Map<String, CaptureCounters> counters = new TreeMap<>();
    private final List<String> unreadable = new ArrayList<>();
    private final Map<String, Long> latestOfSet = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<CaptureEnd.Scanned> scanned = new ArrayList<>();
    private boolean outOfTime;

    public TrafficSink() {
        this(new TunnelPorts());
    }

    private TrafficSink(TunnelPorts ports) {
        this.ports = ports;
    }

    /**
     * One that has to read the bundle once more: the agent is configured with a tunnel port of its own, and captures were
     * read before that was known. Without it the inner connections of its tunnel are datagrams.
     */
    public Optional<TrafficSink> secondLook() {
        return ports.missed() ? Optional.of(new TrafficSink(ports.afresh())) : Optional.empty();
    }

    @Override
    public boolean wants(Member member) {
        return member.form() == Form.PACKETS
                || member.kind() == ArtifactKind.INTERFACES
                || member.kind() == ArtifactKind.CAPTURE_COUNTERS
                || member.kind() == ArtifactKind.AGENT_CONFIG;
    }

    @Override
    public void read(Member member, InputStream in) throws IOException {
        if (member.form() == Form.PACKETS) {
            artifacts.put(member.path(), member.artifact());
            readCapture(member.path(), in);
            return;
        }
        try (InputStream plain = Decompression.unpacking(in)) {
            readText(member, plain);
        } catch (IOException e) { // one of the archive itself ends the walk whatever is made of it here
            gaps.add(new Gap(member.artifact(), Text.of("cannot be unpacked to its end")));
        }
    }

    private void readText(Member member, InputStream in) throws IOException {
        if (member.kind() == ArtifactKind.INTERFACES) {
            if (!(member.form() == Form.TEXT ? interfaces.readText(in) : interfaces.readJson(in))) {
                gaps.add(new Gap(member.artifact(), Text.of("not a list of interfaces")));
            }
            return;
        }
        String text = new String(in.readNBytes(MAX_TEXT), StandardCharsets.UTF_8);
        if (member.kind() == ArtifactKind.AGENT_CONFIG) {
            ports.configure(text);
        } else {
            String path = member.path();
            counters.put(
                    Rotation.of(path.substring(0, path.lastIndexOf('.')) + ".pcap")
                            .set(),
                    CaptureCounters.parse(text.lines().toList()));
        }
    }

    /** What the capture is in its bundle; a file that was given by itself is known by its path alone. */
    private Artifact artifactOf(String path) {
        return artifacts.getOrDefault(path, Artifact.unknown(path));
    }

    /** Reads one capture, compressed or not; what is no capture becomes a gap. */
    public void readCapture(String path, InputStream in) {
        try (ByteSource source = new ByteSource(Decompression.unpacking(in))) {
            readCapture(path, CaptureFormat.open(source), source::offset);
        }
    }

    private void readCapture(String path, CaptureFormat format, LongSupplier length) {
        if (format instanceof CaptureFormat.Unreadable none) {
            gaps.add(new Gap(artifactOf(path), none.reason()));
            unreadable.add(path);
            return;
        }
        CaptureScan scan = new CaptureScan(path, format, attempts, datagrams, blind, ports);
        scan.run();
        scanned.add(scan.scanned(length.getAsLong()));
        Capture capture = scan.result();
        captures.add(capture);
        nameLosses(capture, format.oddities());
        if (capture.frames() > 0) {
            String set = Rotation.of(path).set();
            outOfTime |= capture.clock().firstNanos() < latestOfSet.getOrDefault(set, Long.MIN_VALUE);
            latestOfSet.merge(set, capture.lastNanos(), Math::max);
        }
    }

    private void nameLosses(Capture capture, List<Text> oddities) {
        Artifact artifact = artifactOf(capture.file());
        Unread unread = capture.unread();
        capture.damage().ifPresent(reason -> gaps.add(new Gap(artifact, reason)));
        oddities.forEach(oddity -> gaps.add(new Gap(artifact, oddity)));
        if (!unread.lost().isEmpty()) {
            Text counted =
                    Text.and(unread.lost().stream().map(Unread.Skipped::counted).toList());
            gaps.add(new Gap(artifact, counted.then(" cannot be read, so their content is not known")));
        }
        if (unread.cut() > 0) {
            Text cut = Text.count(unread.cut(), "frame was", "frames were");
            gaps.add(new Gap(artifact, cut.then(" cut before the TCP flags or the ports")));
        }
        if (unread.untimed() > 0) {
            Text untimed = Text.count(unread.untimed(), "frame has", "frames have");
            gaps.add(new Gap(artifact, untimed.then(" no valid time, so a missing answer proves nothing")));
        }
    }

    public Traffic assemble() {
        List<Capture> all = withCounters();
        attempts.placeStrays();
        nameLostReplies(all);
        Coverage coverage = new Coverage(all, unreadable, blind, this::artifactOf);
        gaps.addAll(coverage.gaps());
        Closing closing = new Closing(attempts, interfaces, new CaptureEnd(coverage, scanned, all), coverage.order());
        return new Traffic(
                all,
                !outOfTime,
                closing.destinations(),
                datagrams.close(coverage),
                attempts.untracked(),
                datagrams.untracked(),
                List.copyOf(gaps));
    }

    /** Replies beyond the bounds: what they would have answered is not silent. */
    private void nameLostReplies(List<Capture> all) {
        if (attempts.segments().full()) {
            blind.everywhere();
            gaps.add(new Gap(
                    artifactOf(all.get(0).file()),
                    Text.of(
                            "more than {} replies and closes: further ones were not read",
                            Term.number(SegmentLog.MAX_SEGMENTS))));
        }
        if (outOfTime && attempts.lostStrays()) {
            blind.everywhere();
            gaps.add(new Gap(
                    artifactOf(all.get(0).file()),
                    Text.of(
                            "its rotated files were not read in the order of time, and more than {} replies are"
                                    + " ahead of their SYN: some are not matched",
                            Term.number(Strays.MAX_STRAYS))));
        }
    }

    private static int inTime(Capture one, Capture other) {
        int order = Long.compare(one.clock().firstNanos(), other.clock().firstNanos());
        order = order != 0 ? order : Rotation.ORDER.compare(Rotation.of(one.file()), Rotation.of(other.file()));
        return order != 0 ? order : one.file().compareTo(other.file());
    }

    /** In the order of time. The counters of tcpdump are for all files of a rotation: they are with the last of them. */
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
