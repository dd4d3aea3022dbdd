package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import java.util.List;

/** Findings about capture files: what they cannot show. */
final class CaptureFindings {
    private static final int MAX_CAPTURES = 6;

    private CaptureFindings() {}

    static Finding.Draft limit(CatalogEntry entry, Text title, Text explanation, List<Citation> sources) {
        return Finding.draft(entry, entry.worst(), Confidence.CERTAIN)
                .title(title)
                .summary(explanation)
                .explanation(List.of(explanation))
                .supporting(sources);
    }

    /** About one capture, at a place in it. */
    static Finding.Draft ofOne(Capture capture, CatalogEntry entry, Text title, Text explanation, String locator) {
        return limit(entry, title, explanation, List.of(cite(capture, locator)))
                .about(new Subject.Capture(capture.file()));
    }

    /** About all captures together. */
    static Finding.Draft ofAll(Incident incident, CatalogEntry entry, Text title, Text explanation) {
        List<Capture> captures = incident.traffic().captures();
        return limit(
                        entry,
                        title,
                        explanation,
                        captures.stream()
                                .limit(MAX_CAPTURES)
                                .map(capture -> cite(capture, "whole file"))
                                .toList())
                .about(captures.stream()
                        .map(capture -> new Subject.Capture(capture.file()))
                        .toList());
    }

    private static Citation cite(Capture capture, String locator) {
        return new Citation(capture.file(), locator, capture.frames() + (capture.frames() == 1 ? " frame" : " frames"));
    }
}
