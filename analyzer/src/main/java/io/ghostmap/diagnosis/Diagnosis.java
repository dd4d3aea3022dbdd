package io.ghostmap.diagnosis;

import java.util.List;

/**
 * The outcome of all rules on one case.
 *
 * @param findings from the worst to the least
 * @param losses what was missing and what that costs
 */
public record Diagnosis(Verdict verdict, List<Finding> findings, List<SkippedRule> skipped, List<Loss> losses) {}
