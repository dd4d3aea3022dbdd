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
                                Text.of("A reply that is not in the capture may have been among them: silence proves"
                                        + " nothing here, and attempts without a reply are reported as unknown."),
                                new Citation(
                                        capture.countersFile(),
                                        "packets dropped by kernel",
                                        String.valueOf(capture.dropped().orElse(0))))
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
                                "{} cut before the TCP flags or the ports by the snap length {}",
                                Text.count(capture.unread().cut(), "frame was", "frames were"),
                                Term.number(capture.snapLength())),
                        Text.of("They are not counted, and a reply may be among them: the silence of those whom they"
                                + " were sent to is reported as unknown."),
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
                                "The capture {} is not whole: {}",
                                Term.member(capture.file()),
                                capture.damage().orElse(Text.NONE)),
                        Text.of(
                                "What came after {} is not known; a reply may be missing.",
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
                                "In the capture {} {} cannot be read",
                                Term.member(capture.file()),
                                Text.and(capture.unread().lost().stream()
                                        .map(Unread.Skipped::counted)
                                        .toList())),
                        Text.of(
                                "A reply may be among them: silence proves nothing here, and attempts without a reply are"
                                        + " reported as unknown."),
                        "whole file"));
    }
}
