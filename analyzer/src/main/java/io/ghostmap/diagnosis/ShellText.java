package io.ghostmap.diagnosis;

import java.util.Collection;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Text that may stand in a command for a root shell. Numbers are numbers; a path from the bundle is taken only when
 * every character of it is plain and no part of it steps back, otherwise the object is named by its number.
 */
final class ShellText {
    private static final int LONGEST_PATH = 512;
    private static final Pattern PLAIN_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9_.@:=+-]+)+");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,252}");

    private ShellText() {}

    private static boolean isPlainPath(String path) {
        return path.length() <= LONGEST_PATH && PLAIN_PATH.matcher(path).matches();
    }

    /** Whether {@code path} is plain and lies below one of the bpffs mounts: nothing else may be removed as a pin. */
    static boolean isPin(String path, Collection<String> bpffsMounts) {
        return isPlainPath(path) && bpffsMounts.stream().anyMatch(mount -> path.startsWith(mount + "/"));
    }

    /** Removes a pin, and nothing that is not in a bpffs on the node itself. */
    static String removePin(String path) {
        return "[ \"$(stat -f -c %T " + path + ")\" = bpf_fs ] && rm " + path;
    }

    /** The path of a cgroup, or a command substitution that finds it by its inode number. */
    static String cgroup(String path, OptionalLong inode) {
        if (isPlainPath(path)) {
            return path;
        }
        return inode.isPresent()
                ? "\"$(find /sys/fs/cgroup /run/cilium/cgroupv2 -xdev -type d -inum " + inode.getAsLong()
                        + " 2>/dev/null | head -n 1)\""
                : "CGROUP-PATH";
    }

    static String nodeName(String name) {
        return PLAIN_NAME.matcher(name).matches() ? name : "NODE";
    }
}
