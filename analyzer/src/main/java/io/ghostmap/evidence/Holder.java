package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;

/** A process that keeps an object alive through a file descriptor. */
public record Holder(int pid, String command, ObjectKind kind, int id, Citation source) {}
