package io.ghostmap.diagnosis;

/**
 * Another explanation of the same facts.
 *
 * @param verdict what the bundle says for or against it
 * @param decides what would settle it
 */
public record Rival(String hypothesis, String verdict, String decides) {}
