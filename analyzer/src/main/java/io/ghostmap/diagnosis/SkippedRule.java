package io.ghostmap.diagnosis;

import java.util.List;

/** A rule that could not run, and what it lacked. Not the same as one that found nothing. */
public record SkippedRule(CatalogEntry rule, List<Requirement> missing) {}
