package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;

/**
 * A directory of a cgroup2 mount.
 *
 * @param mount where the hierarchy is mounted
 * @param inode its id in the kernel
 * @param path below the mount, {@code /} for its root
 */
public record Cgroup(String mount, long inode, String path, Citation source) {
    /** The directory's full path on the node. */
    public String directory() {
        return path.equals("/") ? mount : mount + path;
    }
}
