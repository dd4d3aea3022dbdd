package io.ghostmap.evidence;

import java.util.List;

/**
 * Programs that run for sockets of one cgroup, each hook's in run order, own and inherited.
 *
 * @param cgroupId inode number of the cgroup's directory
 * @param file the list's path inside the bundle
 */
public record EffectivePrograms(long cgroupId, List<AttachedProgram> programs, String file) {}
