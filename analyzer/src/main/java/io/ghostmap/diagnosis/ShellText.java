package io.ghostmap.diagnosis;

import io.ghostmap.text.Term;
import io.ghostmap.text.Term.IdKind;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Data of the bundle in a command for a root shell. A path or a name is taken only if every character of it is plain and
 * no part of a path steps back; otherwise the object is named by its number, or the reader has to fill in the name.
 */
final class ShellText {
    private static final int MAX_PATH = 512;
    private static final Pattern PLAIN_PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9_.@:=+-]+)+");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,252}");

    private ShellText() {}

    static boolean isPlainPath(String path) {
        return path.length() <= MAX_PATH && PLAIN_PATH.matcher(path).matches();
    }

    /** The path of a cgroup, or a command substitution that finds it by its inode number. */
    static Text cgroup(String directory, OptionalLong inode) {
        if (isPlainPath(directory)) {
            return Text.of(Term.cgroup(directory));
        }
        return inode.isPresent()
                ? Text.of(
                        "\"$(find /sys/fs/cgroup /run/cilium/cgroupv2 -xdev -type d -inum {} 2>/dev/null | head -n 1)\"",
                        Term.id(IdKind.CGROUP, inode.getAsLong()))
                : Text.of("CGROUP-PATH");
    }

    static Text nodeName(String name) {
        return PLAIN_NAME.matcher(name).matches() ? Text.of(Term.name(NameKind.NODE, name)) : Text.of("NODE");
    }
}
