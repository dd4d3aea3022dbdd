package io.ghostmap.replay;

import io.ghostmap.datapath.Frontend;
import java.util.List;
import java.util.Set;

/**
 * What a connect to a frontend comes to at one hook.
 *
 * @param outcome under the programs as they run
 * @param expected under the current generation alone
 */
public record Replay(Frontend frontend, Hook hook, List<Step> steps, List<Fate> outcome, List<Fate> expected) {
    /** Whether the node sends the connection elsewhere than the current generation would, as far as both are known. */
    public boolean affected() {
        boolean known = outcome.stream().noneMatch(Fate.Unknown.class::isInstance)
                && expected.stream().noneMatch(Fate.Unknown.class::isInstance);
        return known && !Set.copyOf(outcome).equals(Set.copyOf(expected));
    }
}
