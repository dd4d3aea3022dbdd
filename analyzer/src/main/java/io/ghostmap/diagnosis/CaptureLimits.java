package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.count;

import io.ghostmap.bundle.Citation;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.Reply;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** CAP-01 to CAP-08: what the evidence itself cannot show. */
final class CaptureLimits {
    private CaptureLimits() {}

    /** In the order of the catalogue. */
    static List<Rule> rules() {
        return List.of(
                new CaptureRule("CAP-01", Requirement.PACKETS, CaptureLimits::kernelDrops),
                new CaptureRule("CAP-02", Requirement.PACKETS, CaptureLimits::shortWindow),
                new CaptureRule("CAP-03", Requirement.PACKETS, CaptureLimits::noSyn),
                new CaptureRule("CAP-04", Requirement.PACKETS, CaptureLimits::cutHeaders),
                new CaptureRule("CAP-05", Requirement.PACKETS, CaptureLimits::brokenOff),
                new CaptureRule("CAP-06", Requirement.BOTH_READINGS, CaptureLimits::drift),
                new CaptureRule("CAP-07", Requirement.PACKETS, CaptureLimits::tooManyAttempts),
                new CaptureRule("CAP-08", Requirement.PACKETS, CaptureLimits::notInTimeOrder));
    }

    @FunctionalInterface
    private interface Look {
        List<Finding> at(Incident incident, String id);
    }

    private record CaptureRule(String id, Requirement requirement, Look look) implements Rule {
        @Override
        public Set<Requirement> requires() {
            return Set.of(requirement);
        }

        @Override
        public List<Finding> findings(Incident incident) {
            return look.at(incident, id);
        }
    }

    private static List<Finding> kernelDrops(Incident incident, String id) {
        return incident.traffic().captures().stream()
                .filter(Capture::lost)
                .map(capture -> limit(
                        id,
                        Severity.WARNING,
                        "The kernel dropped "
                                + count(capture.dropped().orElse(0), "packet")
                                + " before tcpdump could take them",
                        "A reply that is not in the capture may have been among them: silence proves nothing here, and"
                                + " attempts without a reply are reported as unknown.",
                        new Citation(
                                capture.countersFile(),
                                "packets dropped by kernel",
                                String.valueOf(capture.dropped().orElse(0)))))
                .toList();
    }

    private static List<Finding> shortWindow(Incident incident, String id) {
        long undecided = incident.traffic().destinations().stream()
                .flatMap(destination -> destination.attempts().stream())
                .filter(attempt -> attempt.reply() == Reply.UNKNOWN)
                .count();
        boolean dropped = incident.traffic().captures().stream().anyMatch(Capture::lost);
        if (undecided == 0 || dropped) {
            return List.of();
        }
        return List.of(limit(
                id,
                Severity.INFO,
                "The capture ended too soon for " + count(undecided, "attempt"),
                "Neither a reply nor a retransmission came within the window, and it went on for less than 3 s: whether"
                        + " these attempts were answered cannot be told.",
                cite(incident.traffic().captures().get(0), "last frame")));
    }

    private static List<Finding> noSyn(Incident incident, String id) {
        if (incident.traffic().syns() > 0) {
            return List.of();
        }
        return List.of(limit(
                id,
                Severity.INFO,
                "The capture holds no SYN: the traffic confirms and contradicts nothing",
                "Either no client tried to connect in the window, or the connects were refused before a packet existed,"
                        + " or they passed an interface that was not captured.",
                cite(incident.traffic().captures().get(0), "whole file")));
    }

    private static List<Finding> cutHeaders(Incident incident, String id) {
        return incident.traffic().captures().stream()
                .filter(capture -> capture.cutFrames() > 0)
                .map(capture -> limit(
                        id,
                        Severity.INFO,
                        count(capture.cutFrames(), "frame") + " were cut inside the TCP header by the snap length "
                                + capture.snapLength(),
                        "Their flags are not known, and they are not counted.",
                        cite(capture, "snap length " + capture.snapLength())))
                .toList();
    }

    private static List<Finding> brokenOff(Incident incident, String id) {
        return incident.traffic().captures().stream()
                .filter(capture -> capture.damage().isPresent())
                .map(capture -> limit(
                        id,
                        Severity.INFO,
                        "The capture " + capture.file() + " is not whole: "
                                + capture.damage().orElse(""),
                        "What came after " + count(capture.frames(), "frame")
                                + " is not known; a reply may be missing.",
                        cite(capture, "frame " + capture.frames())))
                .toList();
    }

    private static List<Finding> drift(Incident incident, String id) {
        List<Citation> changes = incident.evidence().bpf().drift();
        if (changes.isEmpty()) {
            return List.of();
        }
        return List.of(new Finding(
                id,
                id,
                Severity.INFO,
                Confidence.CERTAIN,
                "The node's BPF objects changed while the packets were captured: " + count(changes.size(), "change"),
                "",
                List.of("An agent that restarts or an upgrade in progress looks like this. What this report says of the"
                        + " order of programs holds for the reading before the capture."),
                Optional.empty(),
                changes.stream().limit(20).toList(),
                List.of(),
                List.of(),
                List.of()));
    }

    private static List<Finding> tooManyAttempts(Incident incident, String id) {
        long tail = incident.traffic().tailSyns();
        if (tail == 0) {
            return List.of();
        }
        return List.of(limit(
                id,
                Severity.INFO,
                "The capture holds more attempts than are followed one by one: " + count(tail, "SYN")
                        + " are only counted",
                "They stand in the SYN count of their destination, and their replies are not told apart: most likely a"
                        + " scan or a flood.",
                cite(incident.traffic().captures().get(0), "whole file")));
    }

    private static List<Finding> notInTimeOrder(Incident incident, String id) {
        if (incident.traffic().inTimeOrder()) {
            return List.of();
        }
        return List.of(limit(
                id,
                Severity.INFO,
                "The rotated files of the capture stand in the bundle in another order than that of time",
                "Attempts and replies were put together across the files by their numbers. Where a client used a port again,"
                        + " the close of one connection may be counted to the one before it: that changes states, not replies.",
                cite(
                        incident.traffic().captures().get(0),
                        "first in time of "
                                + count(incident.traffic().captures().size(), "file"))));
    }

    private static Finding limit(String id, Severity severity, String title, String explanation, Citation source) {
        return new Finding(
                id,
                id,
                severity,
                Confidence.CERTAIN,
                title,
                explanation,
                List.of(explanation),
                Optional.empty(),
                List.of(source),
                List.of(),
                List.of(),
                List.of());
    }

    private static Citation cite(Capture capture, String locator) {
        return new Citation(capture.file(), locator, count(capture.frames(), "frame"));
    }
}
