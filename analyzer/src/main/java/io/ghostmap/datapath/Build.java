package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import java.util.List;

/**
 * From which releases a program can be, as far as its name and its maps tell. The agent that runs on the node today says
 * nothing about a program that an older one left behind.
 *
 * @param versions the releases that agree with every sign; all of them where the signs contradict each other
 * @param signs what was seen, each with the range that it allows
 */
public record Build(VersionRange versions, List<Sign> signs) {
    /** One thing that narrows the range. */
    public record Sign(String text, VersionRange allows, Citation source) {}

    public static Build of(List<Sign> signs) {
        VersionRange all = VersionRange.ANY;
        for (Sign sign : signs) {
            all = all.and(sign.allows());
        }
        return new Build(all.isEmpty() ? VersionRange.ANY : all, List.copyOf(signs));
    }

    /** Whether no release agrees with every sign: maps of one build are read by a program of another. */
    public boolean contradictory() {
        VersionRange all = VersionRange.ANY;
        for (Sign sign : signs) {
            all = all.and(sign.allows());
        }
        return all.isEmpty();
    }
}
