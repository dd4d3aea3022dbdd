package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.Unread;
import java.util.List;
import java.util.stream.Stream;

/** CAP-01, CAP-04 and CAP-05: frames that the capture lacks, or that cannot be read. */
final class LostFrames {
    private LostFrames() {}

    static List<Finding.Draft> dropped(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(Capture::lost)
                .map(capture -> CaptureFindings.limit(
                                entry,
                                Text.of(
                                        "The kernel dropped {} before tcpdump could take them",
                                        Text.count(capture.dropped().orElse(0), "packet", "packets")),
                                silenceProvesNothing(),
                                List.of(new Citation(
                                        capture.countersFile(),
                                        "packets dropped by kernel",
                                        String.valueOf(capture.dropped().orElse(0)))))
                        .about(new Subject.Capture(capture.file())))
                .toList();
    }

    static List<Finding.Draft> cut(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(capture -> capture.unread().cut() > 0)
                .map(capture -> CaptureFindings.ofOne(
                        capture,
                        entry,
                        Text.of(
                                "The snap length of {} cut {} before the TCP flags or the ports",
                                Text.count(capture.snapLength(), "byte", "bytes"),
                                Text.count(capture.unread().cut(), "frame", "frames")),
                        Text.of(
                                "These frames are not counted, and a reply may be among them. Attempts to their senders without"
                                        + " another reply are reported as unknown."),
                        "snap length " + capture.snapLength()))
                .toList();
    }

    static List<Finding.Draft> notRead(Incident incident, CatalogEntry entry) {
        return Stream.concat(damaged(incident, entry), unread(incident, entry)).toList();
    }

    private static Stream<Finding.Draft> damaged(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(capture -> capture.damage().isPresent())
                .map(capture -> CaptureFindings.ofOne(
                        capture,
                        entry,
                        Text.of(
                                "Capture {} is damaged: {}",
                                Term.member(capture.file()),
                                capture.damage().orElse(Text.NONE)),
                        Text.of(
                                "What came after {} is not known. A reply may be missing.",
                                Text.count(capture.frames(), "frame", "frames")),
                        "frame " + capture.frames()));
    }

    private static Stream<Finding.Draft> unread(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(capture -> !capture.unread().lost().isEmpty())
                .map(capture -> CaptureFindings.ofOne(
                        capture,
                        entry,
                        Text.of(
                                "Capture {} has {} that cannot be read",
                                Term.member(capture.file()),
                                Text.and(capture.unread().lost().stream()
                                        .map(Unread.Skipped::counted)
                                        .toList())),
                        silenceProvesNothing(),
                        "whole file"));
    }

    private static Text silenceProvesNothing() {
        return Text.of(
                "A reply that is missing from the capture may have been among them. Silence therefore proves nothing here:"
                        + " attempts without a reply are reported as unknown.");
    }
}
