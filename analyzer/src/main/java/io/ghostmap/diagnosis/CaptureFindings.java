package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import java.util.List;

/** Findings about capture files: what they cannot show. */
final class CaptureFindings {
    private CaptureFindings() {}

    static Finding.Draft limit(CatalogEntry entry, Text title, Text explanation, Citation source) {
        return Finding.draft(entry, entry.worst(), Confidence.CERTAIN)
                .title(title)
                .summary(explanation)
                .explanation(List.of(explanation))
                .supporting(List.of(source));
    }

    /** Of all captures, cited by the first. */
    static Finding.Draft ofTheFirst(
            Incident incident, CatalogEntry entry, Text title, Text explanation, String locator) {
        return ofOne(incident.traffic().captures().get(0), entry, title, explanation, locator);
    }

    static Finding.Draft ofOne(Capture capture, CatalogEntry entry, Text title, Text explanation, String locator) {
        Citation source = new Citation(
                capture.file(), locator, capture.frames() + (capture.frames() == 1 ? " frame" : " frames"));
        return limit(entry, title, explanation, source).about(new Subject.Capture(capture.file()));
    }
}
