package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
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
                new CaptureRule(
                        new CatalogEntry(
                                "CAP-01",
                                CatalogEntry.Kind.EVIDENCE,
                                Text.of("the kernel dropped packets before tcpdump could take them"),
                                Set.of(Requirement.PACKETS),
                                Severity.WARNING,
                                Severity.WARNING),
                        LostFrames::dropped),
                rule(
                        "CAP-02",
                        Text.of("the capture ended before some attempts could be answered"),
                        Requirement.PACKETS,
                        CaptureWindow::tooShort),
                rule("CAP-03", Text.of("the capture holds no SYN"), Requirement.PACKETS, CaptureWindow::withoutSyn),
                rule("CAP-04", Text.of("frames were cut inside a header"), Requirement.PACKETS, LostFrames::cut),
                rule(
                        "CAP-05",
                        Text.of("a capture file is not whole, or holds frames that are not read"),
                        Requirement.PACKETS,
                        LostFrames::notRead),
                rule(
                        "CAP-06",
                        Text.of("the node's BPF objects changed during the capture"),
                        Requirement.BOTH_READINGS,
                        CaptureLimits::drift),
                rule(
                        "CAP-07",
                        Text.of("the capture holds more attempts than are followed one by one"),
                        Requirement.PACKETS,
                        CaptureWindow::tooManyAttempts),
                rule(
                        "CAP-08",
                        Text.of("the files of a rotated capture are not in the order of time"),
                        Requirement.PACKETS,
                        CaptureWindow::notInTimeOrder));
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
}
