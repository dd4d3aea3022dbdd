package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A link as {@code bpftool link show} lists it.
 *
 * @param cgroupId inode number of the cgroup's directory; 0 when the link is severed (detached, or its cgroup died)
 * @param attachType empty for links that are not on a hook of {@link AttachType}
 */
public record BpfLink(
        int id,
        String type,
        int programId,
        OptionalLong cgroupId,
        Optional<AttachType> attachType,
        List<String> pins,
        Citation source) {}
