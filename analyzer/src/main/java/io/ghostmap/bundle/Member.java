package io.ghostmap.bundle;

/**
 * A member of a bundle, as its layout reads the name.
 *
 * @param path relative to the bundle's folder, with {@code /}; for citations only
 */
public record Member(String path, Artifact artifact, Form form) {
    public ArtifactKind kind() {
        return artifact.kind();
    }
}
