package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Release;
import java.util.EnumSet;
import java.util.Set;

/** How a program decides if it is of one era. */
final class Semantics {
    private final Era era;
    private final EnumSet<Trait> traits; // not wrapped: it is asked a million times for a large node
    private final EnumSet<ServiceFlag> flags;
    private final Errno error;

    /**
     * How a program decides.
     *
     * @param traits those of the era, less what its instructions say that it does not do
     * @param error what the application sees of a refusal
     */
    Semantics(Era era, Set<Trait> traits, Errno error) {
        this.era = era;
        this.traits = EnumSet.copyOf(traits);
        this.flags = FlagBits.upTo(era.versions().last());
        this.error = error;
    }

    Release release() {
        return era.release();
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether the bit of that flag means anything to it: an older program can read what a newer agent writes. */
    boolean knows(ServiceFlag flag) {
        return flags.contains(flag);
    }

    Errno error() {
        return error;
    }
}
