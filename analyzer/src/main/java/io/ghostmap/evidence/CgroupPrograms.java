package io.ghostmap.evidence;

import java.util.List;

/** Programs attached directly to one cgroup, in list order. {@code path} is as bpftool printed it. */
public record CgroupPrograms(String path, List<AttachedProgram> programs) {}
