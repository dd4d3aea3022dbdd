package io.ghostmap.bundle;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A bundle after its one pass.
 *
 * @param name file or folder name on the analyst's machine, without the archive's ending
 * @param sha256 of the archive's bytes in hex; empty for a folder
 * @param artifacts what its members are
 * @param gaps what the manifest or the checksums say is missing, changed or cut
 */
public record Bundle(
        String name, Optional<String> sha256, Optional<Manifest> manifest, Set<Artifact> artifacts, List<Gap> gaps) {}
