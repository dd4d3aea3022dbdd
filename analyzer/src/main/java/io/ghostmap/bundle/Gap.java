package io.ghostmap.bundle;

import io.ghostmap.text.Text;

/**
 * Something that the bundle should hold and does not, or not whole.
 *
 * @param reason one clause: absent, cut, unreadable, and why as far as known
 * @param cost what the verdict loses by it
 */
public record Gap(Artifact artifact, Text reason, Text cost) {
    /** A gap that costs what every loss of such an artifact does. */
    public Gap(Artifact artifact, Text reason) {
        this(artifact, reason, artifact.kind().cost());
    }

    static Gap absent(Artifact artifact) {
        return new Gap(artifact, Text.of("absent"));
    }
}
