package io.ghostmap.evidence;

import java.util.Locale;
import java.util.Optional;

/** The kinds of BPF objects; each has ids of its own, never comparable across kinds. */
public enum ObjectKind {
    MAP,
    PROG,
    LINK;

    static Optional<ObjectKind> of(String word) {
        for (ObjectKind kind : values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
