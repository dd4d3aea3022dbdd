package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.Unread;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** CAP-01 to CAP-08: what the evidence itself cannot show. */
final class CaptureLimits {
    private static final int MAX_CHANGES = 20;

    private CaptureLimits() {}

    /** In the order of the catalog. */
    static List<Rule> rules() {
        return List.of(
                new CaptureRule(
                        new CatalogEntry(
                                "CAP-01",
                                CatalogEntry.Kind.EVIDENCE,
                                Text.of("the kernel dropped packets before tcpdump could take them"),
                                Set.of(Requirement.PACKETS),
                                Severity.WARNING,
                                Severity.WARNING),
                        CaptureLimits::kernelDrops),
                rule(
                        "CAP-02",
                        Text.of("the capture ended before some attempts could be answered"),
                        Requirement.PACKETS,
                        CaptureLimits::shortWindow),
                rule("CAP-03", Text.of("the capture holds no SYN"), Requirement.PACKETS, CaptureLimits::noSyn),
                rule(
                        "CAP-04",
                        Text.of("frames were cut inside a header"),
                        Requirement.PACKETS,
                        CaptureLimits::cutHeaders),
                rule(
                        "CAP-05",
                        Text.of("a capture file is not whole, or holds frames that are not read"),
                        Requirement.PACKETS,
                        CaptureLimits::notWhole),
                rule(
                        "CAP-06",
                        Text.of("the node's BPF objects changed during the capture"),
                        Requirement.BOTH_READINGS,
                        CaptureLimits::drift),
                rule(
                        "CAP-07",
                        Text.of("the capture holds more attempts than are followed one by one"),
                        Requirement.PACKETS,
                        CaptureLimits::tooManyAttempts),
                rule(
                        "CAP-08",
                        Text.of("the files of a rotated capture are not in the order of time"),
                        Requirement.PACKETS,
                        CaptureLimits::notInTimeOrder));
    }

    private static Rule rule(String id, Text title, Requirement requirement, Look look) {
        return new CaptureRule(
                new CatalogEntry(
                        id, CatalogEntry.Kind.EVIDENCE, title, Set.of(requirement), Severity.INFO, Severity.INFO),
                look);
    }

    @FunctionalInterface
    private interface Look {
        List<Finding.Draft> at(Incident incident, CatalogEntry entry);
    }

    private record CaptureRule(CatalogEntry entry, Look look) implements Rule {
        @Override
        public List<Finding.Draft> findings(Incident incident) {
            return look.at(incident, entry);
        }
    }

    private static List<Finding.Draft> kernelDrops(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(Capture::lost)
                .map(capture -> limit(
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

    private static List<Finding.Draft> shortWindow(Incident incident, CatalogEntry entry) {
        long undecided = incident.traffic().destinations().stream()
                .flatMap(destination -> destination.attempts().stream())
                .filter(attempt -> attempt.reply() == Reply.UNKNOWN && !attempt.watched())
                .count();
        boolean dropped = incident.traffic().captures().stream().anyMatch(Capture::lost);
        if (undecided == 0 || dropped) {
            return List.of();
        }
        return List.of(ofTheFirst(
                incident,
                entry,
                Text.of("The capture ended too soon for {}", Text.count(undecided, "attempt", "attempts")),
                Text.of("Neither a reply nor a retransmission came within the window, and it went on for less than 3 s:"
                        + " whether these attempts were answered cannot be told."),
                "last frame"));
    }

    private static List<Finding.Draft> noSyn(Incident incident, CatalogEntry entry) {
        if (incident.traffic().syns() > 0) {
            return List.of();
        }
        boolean allRead = incident.traffic().captures().stream()
                .allMatch(capture -> capture.unread().lost().isEmpty());
        return List.of(ofTheFirst(
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

    private static List<Finding.Draft> cutHeaders(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(capture -> capture.unread().cut() > 0)
                .map(capture -> ofOne(
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

    private static List<Finding.Draft> notWhole(Incident incident, CatalogEntry entry) {
        return Stream.concat(brokenOff(incident, entry), unread(incident, entry))
                .toList();
    }

    private static Stream<Finding.Draft> unread(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(capture -> !capture.unread().lost().isEmpty())
                .map(capture -> ofOne(
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

    private static Stream<Finding.Draft> brokenOff(Incident incident, CatalogEntry entry) {
        return incident.traffic().captures().stream()
                .filter(capture -> capture.damage().isPresent())
                .map(capture -> ofOne(
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

    private static List<Finding.Draft> drift(Incident incident, CatalogEntry entry) {
        List<Citation> changes = incident.evidence().bpf().drift();
        if (changes.isEmpty()) {
            return List.of();
        }
        return List.of(Finding.draft(entry, entry.worst(), Confidence.CERTAIN)
                .title(Text.of(
                        "The node's BPF objects changed while the packets were captured: {}",
                        Text.count(changes.size(), "change", "changes")))
                .explanation(
                        List.of(Text.of("An agent that restarts or an upgrade in progress looks like this. What this"
                                + " report says of the order of programs holds for the reading before the capture.")))
                .supporting(changes.stream().limit(MAX_CHANGES).toList()));
    }

    private static List<Finding.Draft> tooManyAttempts(Incident incident, CatalogEntry entry) {
        long tail = incident.traffic().tailSyns();
        if (tail == 0) {
            return List.of();
        }
        return List.of(ofTheFirst(
                incident,
                entry,
                Text.of(
                        "The capture holds more attempts than are followed one by one: {} are only counted",
                        Text.count(tail, "SYN", "SYNs")),
                Text.of("They stand in the SYN count of their destination, and their replies are not told apart: most"
                        + " likely a scan or a flood."),
                "whole file"));
    }

    private static List<Finding.Draft> notInTimeOrder(Incident incident, CatalogEntry entry) {
        if (incident.traffic().inTimeOrder()) {
            return List.of();
        }
        return List.of(ofTheFirst(
                incident,
                entry,
                Text.of("The rotated files of the capture stand in the bundle in another order than that of time"),
                Text.of(
                        "Attempts and replies were put together across the files by their numbers. Where a client used a"
                                + " port again, the close of one connection may be counted to the one before it: that changes"
                                + " states, not replies."),
                "first in time of " + incident.traffic().captures().size() + " files"));
    }

    private static Finding.Draft limit(CatalogEntry entry, Text title, Text explanation, Citation source) {
        return Finding.draft(entry, entry.worst(), Confidence.CERTAIN)
                .title(title)
                .summary(explanation)
                .explanation(List.of(explanation))
                .supporting(List.of(source));
    }

    /** Of all captures, cited by the first. */
    private static Finding.Draft ofTheFirst(
            Incident incident, CatalogEntry entry, Text title, Text explanation, String locator) {
        return ofOne(incident.traffic().captures().get(0), entry, title, explanation, locator);
    }

    private static Finding.Draft ofOne(
            Capture capture, CatalogEntry entry, Text title, Text explanation, String locator) {
        Citation source = new Citation(
                capture.file(), locator, capture.frames() + (capture.frames() == 1 ? " frame" : " frames"));
        return limit(entry, title, explanation, source).about(new Subject.Capture(capture.file()));
    }
}
