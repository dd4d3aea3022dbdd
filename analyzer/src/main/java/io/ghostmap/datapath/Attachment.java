package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfLink;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A program attached to a hook of a cgroup.
 *
 * @param cgroup the directory's path on the node; a phrase with the id if the cgroup has no directory any more
 * @param cgroupId its inode number, if known
 * @param link the link that holds the attachment; only with {@link Via#LINK}
 * @param onDyingCgroup whether the cgroup has no directory any more; its programs still run for sockets that were created there
 */
public record Attachment(
        String cgroup,
        OptionalLong cgroupId,
        AttachType attachType,
        int programId,
        Via via,
        Optional<BpfLink> link,
        boolean onDyingCgroup,
        Citation source) {

    /** How it is attached, which decides how it can be removed. */
    public enum Via {
        /** {@code BPF_PROG_ATTACH}: {@code bpftool cgroup detach} removes it. */
        LEGACY,
        /** A bpf_link: only {@code bpftool link detach} or the end of the link removes it. */
        LINK,
        /** The links were not captured. */
        UNKNOWN
    }
}
