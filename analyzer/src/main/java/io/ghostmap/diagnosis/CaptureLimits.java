package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.manual.CaptureManuals;
import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;

/** CAP-01 to CAP-08: what the evidence itself cannot show. */
final class CaptureLimits {
    private static final int MAX_CHANGES = 20;

    private CaptureLimits() {}

    /** In the order of the catalog. */
    static List<Rule> rules() {
        return List.of(
                rule(
                        "CAP-01",
                        Text.of("the kernel dropped packets of the capture"),
                        Requirement.PACKETS,
                        Severity.WARNING,
                        CaptureManuals.DROPPED,
                        LostFrames::dropped),
                rule(
                        "CAP-02",
                        Text.of("the capture ended before some attempts could be answered"),
                        Requirement.PACKETS,
                        Severity.INFO,
                        CaptureManuals.TOO_SHORT,
                        CaptureWindow::tooShort),
                rule(
                        "CAP-03",
                        Text.of("the capture has no SYN"),
                        Requirement.PACKETS,
                        Severity.INFO,
                        CaptureManuals.WITHOUT_SYN,
                        CaptureWindow::withoutSyn),
                rule(
                        "CAP-04",
                        Text.of("frames were cut inside a header"),
                        Requirement.PACKETS,
                        Severity.INFO,
                        CaptureManuals.CUT,
                        LostFrames::cut),
                rule(
                        "CAP-05",
                        Text.of("a capture file is damaged, or has frames that are not read"),
                        Requirement.PACKETS,
                        Severity.INFO,
                        CaptureManuals.NOT_READ,
                        LostFrames::notRead),
                rule(
                        "CAP-06",
                        Text.of("the node's BPF objects changed during the capture"),
                        Requirement.BOTH_READINGS,
                        Severity.INFO,
                        CaptureManuals.CHANGED,
                        CaptureLimits::drift),
                rule(
                        "CAP-07",
                        Text.of("the capture has more attempts than are followed one by one"),
                        Requirement.PACKETS,
                        Severity.INFO,
                        CaptureManuals.TOO_MANY,
                        CaptureWindow::tooManyAttempts),
                rule(
                        "CAP-08",
                        Text.of("the files of a rotated capture are not in the order of time"),
                        Requirement.PACKETS,
                        Severity.INFO,
                        CaptureManuals.OUT_OF_ORDER,
                        CaptureWindow::notInTimeOrder));
    }

    private static Rule rule(
            String id, Text title, Requirement requirement, Severity severity, Manual manual, Look look) {
        return new CaptureRule(
                new CatalogEntry(
                        id, CatalogEntry.Kind.EVIDENCE, title, Set.of(requirement), severity, severity, manual),
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

    private static List<Finding.Draft> drift(Incident incident, CatalogEntry entry) {
        List<Citation> changes = incident.evidence().bpf().drift();
        if (changes.isEmpty()) {
            return List.of();
        }
        Text during = Text.of(
                "A restart of the agent or an upgrade looks like this. What this report says of programs and their"
                        + " order holds for the time before the capture.");
        return List.of(Finding.draft(entry, entry.worst(), Confidence.CERTAIN)
                .title(
                        Text.of("The node's BPF objects changed during the capture"),
                        Text.of(
                                "{} between the readings before and after it",
                                Text.count(changes.size(), "change", "changes")))
                .summary(during)
                .explanation(List.of(during))
                .supporting(changes.stream().limit(MAX_CHANGES).toList()));
    }
}
