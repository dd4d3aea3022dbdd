package io.ghostmap.diagnosis;

import java.util.Collection;
import java.util.Optional;

/** The path of a pin that a command may name, also to remove it: made of plain characters, and below a mount of a bpffs. */
public record PinPath(String path) {
    public PinPath {
        if (!ShellText.isPlainPath(path)) {
            throw new IllegalArgumentException("not a plain path");
        }
    }

    /** Empty for a path that is not plain, or is below none of the mounts. */
    static Optional<PinPath> of(String path, Collection<String> bpffsMounts) {
        return ShellText.isPlainPath(path) && bpffsMounts.stream().anyMatch(mount -> path.startsWith(mount + "/"))
                ? Optional.of(new PinPath(path))
                : Optional.empty();
    }
}
