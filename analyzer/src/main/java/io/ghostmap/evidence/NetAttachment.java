package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;

/** A program on a network device, as {@code bpftool net show} lists it; {@code kind} such as {@code clsact/ingress}. */
public record NetAttachment(String device, String kind, int programId, Citation source) {}
