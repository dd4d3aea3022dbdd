package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Release;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a program decides if it is of one era.
 *
 * @param traits those of the era, less what its instructions say that it does not do
 * @param error what the application sees of a refusal
 */
record Semantics(Era era, Set<Trait> traits, Errno error) {
    Semantics {
        traits = Collections.unmodifiableSet(EnumSet.copyOf(traits));
    }

    Release release() {
        return era.release();
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
