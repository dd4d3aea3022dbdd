package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import java.util.List;

/**
 * A destination found in one generation.
 *
 * @param as what it is there
 * @param frontends services that it belongs to in that generation
 * @param source the entry that holds it
 */
public record Appearance(Generation generation, Role as, List<Frontend> frontends, Citation source) {
    /** What an address can be to a map. */
    public enum Role {
        FRONTEND,
        BACKEND
    }
}
