package io.ghostmap.diagnosis;

import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.Reply;
import java.util.List;

/** CAP-02, CAP-03, CAP-07 and CAP-08: what the time and the size of the capture leave open. */
final class CaptureWindow {
    private CaptureWindow() {}

    static List<Finding.Draft> tooShort(Incident incident, CatalogEntry entry) {
        long undecided = incident.traffic().destinations().stream()
                .flatMap(destination -> destination.attempts().stream())
                .filter(attempt -> attempt.reply() == Reply.UNKNOWN && !attempt.watched())
                .count();
        boolean dropped = incident.traffic().captures().stream().anyMatch(Capture::lost);
        if (undecided == 0 || dropped) {
            return List.of();
        }
        return List.of(CaptureFindings.ofTheFirst(
                incident,
                entry,
                Text.of("The capture ended too soon for {}", Text.count(undecided, "attempt", "attempts")),
                Text.of("Neither a reply nor a retransmission came within the window, and it went on for less than 3 s:"
                        + " whether these attempts were answered cannot be told."),
                "last frame"));
    }

    static List<Finding.Draft> withoutSyn(Incident incident, CatalogEntry entry) {
        if (incident.traffic().syns() > 0) {
            return List.of();
        }
        boolean allRead = incident.traffic().captures().stream()
                .allMatch(capture -> capture.unread().lost().isEmpty());
        return List.of(CaptureFindings.ofTheFirst(
                incident,
                entry,
                allRead
                        ? Text.of("The capture holds no SYN: the traffic confirms and contradicts nothing")
                        : Text.of("No SYN is among the frames that could be read: the traffic confirms and contradicts"
                                + " nothing"),
                Text.of("Either no client tried to connect in the window, or the connects were refused before a packet"
                        + " existed, or they passed an interface that was not captured."),
                "whole file"));
    }

    static List<Finding.Draft> tooManyAttempts(Incident incident, CatalogEntry entry) {
        long tail = incident.traffic().tailSyns();
        if (tail == 0) {
            return List.of();
        }
        return List.of(CaptureFindings.ofTheFirst(
                incident,
                entry,
                Text.of(
                        "The capture holds more attempts than are followed one by one: {} are only counted",
                        Text.count(tail, "SYN", "SYNs")),
                Text.of("They stand in the SYN count of their destination, and their replies are not told apart: most"
                        + " likely a scan or a flood."),
                "whole file"));
    }

    static List<Finding.Draft> notInTimeOrder(Incident incident, CatalogEntry entry) {
        if (incident.traffic().inTimeOrder()) {
            return List.of();
        }
        return List.of(CaptureFindings.ofTheFirst(
                incident,
                entry,
                Text.of("The rotated files of the capture stand in the bundle in another order than that of time"),
                Text.of(
                        "Attempts and replies were put together across the files by their numbers. Where a client used a"
                                + " port again, the close of one connection may be counted to the one before it: that changes"
                                + " states, not replies."),
                "first in time of " + incident.traffic().captures().size() + " files"));
    }
}
