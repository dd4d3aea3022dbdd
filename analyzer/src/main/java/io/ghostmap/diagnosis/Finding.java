package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.replay.Replay;
import java.util.List;
import java.util.Optional;

/**
 * What a rule claims.
 *
 * @param id stable within a report: the rule's id, with a number where the rule speaks more than once
 * @param rule the catalogue's id, such as {@code SLB-01}
 * @param title one sentence with the numbers in it
 * @param summary what was seen, in one or two sentences, for the head of the report
 * @param explanation paragraphs, in the order in which an engineer would explain it
 * @param example the connect that shows it best: the one that the title and the explanation speak of
 */
public record Finding(
        String id,
        String rule,
        Severity severity,
        Confidence confidence,
        String title,
        String summary,
        List<String> explanation,
        Optional<Replay> example,
        List<Citation> supporting,
        List<Citation> contradicting,
        List<Rival> rivals,
        List<RemedyStep> remedy) {}
