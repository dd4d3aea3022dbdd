package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import java.util.List;

/** A text of the bundle, by lines; {@code captured} distinguishes an empty one from an absent one. */
public record TextFile(String file, boolean captured, List<String> lines) {
    static TextFile absent(ArtifactKind kind) {
        return new TextFile(Artifact.of(kind).name(), false, List.of());
    }
}
