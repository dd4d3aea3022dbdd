package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Gap;
import java.util.List;

/**
 * What all rules said of one incident.
 *
 * @param findings from the worst to the mildest
 * @param losses what was missing, cut or unreadable
 */
public record Diagnosis(Verdict verdict, List<Finding> findings, List<SkippedRule> skipped, List<Gap> losses) {}
