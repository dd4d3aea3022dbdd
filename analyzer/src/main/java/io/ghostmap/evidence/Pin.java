package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;

/** A file in a bpffs that keeps an object alive. {@code mount} is where that bpffs is mounted. */
public record Pin(String mount, String path, ObjectKind kind, int id, Citation source) {}
