package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Gap;
import java.util.List;

/**
 * The outcome of all rules on one case.
 *
 * @param findings from the worst to the least
 * @param losses what was missing, cut or unreadable
 */
public record Diagnosis(Verdict verdict, List<Finding> findings, List<SkippedRule> skipped, List<Gap> losses) {}
