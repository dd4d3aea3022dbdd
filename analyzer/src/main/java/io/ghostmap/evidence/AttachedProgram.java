package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;

/**
 * A row of {@code bpftool cgroup tree} or {@code cgroup show}. A row does not distinguish a legacy attachment from a link.
 *
 * @param flags {@code multi}, {@code override} or empty as attached; always empty in an effective list
 */
public record AttachedProgram(int programId, AttachType attachType, String flags, String name, Citation source) {}
