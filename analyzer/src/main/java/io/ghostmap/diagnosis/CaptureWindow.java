package io.ghostmap.diagnosis;

import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Reply;
import java.util.List;

/** CAP-02, CAP-03, CAP-07 and CAP-08: what the time and the size of the capture leave open. */
final class CaptureWindow {
    private static final int MAX_FRAMES = 6;

    private CaptureWindow() {}

    static List<Finding.Draft> tooShort(Incident incident, CatalogEntry entry) {
        List<ConnectionAttempt> undecided = incident.traffic().destinations().stream()
                .flatMap(destination -> destination.attempts().stream())
                .filter(attempt -> attempt.reply() == Reply.UNKNOWN && !attempt.watched())
                .toList();
        boolean dropped = incident.traffic().captures().stream().anyMatch(Capture::lost);
        if (undecided.isEmpty() || dropped) {
            return List.of();
        }
        return List.of(CaptureFindings.limit(
                        entry,
                        Text.of(
                                "The capture ended too soon for {}",
                                Text.count(undecided.size(), "attempt", "attempts")),
                        Text.of(
                                "Neither a reply nor a retransmission was captured, and the capture went on for less than 3 s"
                                        + " after the SYN. Whether these attempts were answered is not known."),
                        undecided.stream()
                                .flatMap(Citations::syns)
                                .limit(MAX_FRAMES)
                                .toList())
                .about(undecided.stream()
                        .flatMap(attempt -> attempt.frames().stream())
                        .map(frame -> new Subject.Capture(frame.file()))
                        .toList()));
    }

    static List<Finding.Draft> withoutSyn(Incident incident, CatalogEntry entry) {
        if (incident.traffic().syns() > 0) {
            return List.of();
        }
        boolean allRead = incident.traffic().captures().stream()
                .allMatch(capture -> capture.unread().lost().isEmpty());
        return List.of(CaptureFindings.ofAll(
                incident,
                entry,
                allRead
                        ? Text.of("The capture has no SYN, so the traffic neither confirms nor contradicts anything")
                        : Text.of("No SYN is among the frames that could be read, so the traffic neither confirms nor"
                                + " contradicts anything"),
                Text.of(
                        "Either no client tried to connect during the capture, or connections were refused at connect() before"
                                + " there was a packet, or they passed an interface that was not captured.")));
    }

    static List<Finding.Draft> tooManyAttempts(Incident incident, CatalogEntry entry) {
        long tail = incident.traffic().tailSyns();
        if (tail == 0) {
            return List.of();
        }
        return List.of(CaptureFindings.ofAll(
                incident,
                entry,
                Text.of(
                        "The capture has more attempts than are followed one by one: {} are only counted",
                        Text.count(tail, "SYN", "SYNs")),
                Text.of(
                        "They are in the SYN count of their destination, but their replies are not known. Most likely they come"
                                + " from a scan or a flood.")));
    }

    static List<Finding.Draft> notInTimeOrder(Incident incident, CatalogEntry entry) {
        if (incident.traffic().inTimeOrder()) {
            return List.of();
        }
        return List.of(CaptureFindings.ofAll(
                incident,
                entry,
                Text.of("The files of the rotated capture are not in the order of time"),
                Text.of(
                        "Attempts and replies were matched across the files by their sequence numbers. If a client used a port"
                                + " again, the close of one connection may be counted to the one before it: states can be wrong, but"
                                + " not replies.")));
    }
}
