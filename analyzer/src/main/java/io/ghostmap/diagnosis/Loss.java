package io.ghostmap.diagnosis;

/** A gap of the bundle, and what it costs the verdict. */
public record Loss(String artifact, String reason, String cost) {}
