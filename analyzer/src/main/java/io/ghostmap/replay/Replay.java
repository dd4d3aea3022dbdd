package io.ghostmap.replay;

import io.ghostmap.datapath.Frontend;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a connect to a frontend comes to at one hook.
 *
 * @param chances under the programs as they run
 * @param current under the current generation alone
 */
public record Replay(Frontend frontend, Hook hook, List<Step> steps, List<Chance> chances, List<Chance> current) {
    /** All possible ends, without doubles. */
    public List<Fate> outcome() {
        return fates(chances);
    }

    /** All ends that the current generation alone would allow, without doubles. */
    public List<Fate> expected() {
        return fates(current);
    }

    private static List<Fate> fates(List<Chance> chances) {
        return chances.stream().map(Chance::fate).distinct().toList();
    }

    /** Whether the node sends the connection elsewhere than the current generation would, as far as both are known. */
    public boolean affected() {
        if (chances.equals(current)) {
            return false; // nearly all of a large node's
        }
        List<Fate> outcome = outcome();
        List<Fate> expected = expected();
        boolean known = outcome.stream().noneMatch(Fate.Unknown.class::isInstance)
                && expected.stream().noneMatch(Fate.Unknown.class::isInstance);
        return known && !ends(outcome).equals(ends(expected));
    }

    /** For the client a refusal is a refusal, whatever the reason. */
    private static Set<Fate> ends(List<Fate> fates) {
        return fates.stream()
                .map(fate -> fate instanceof Fate.Refused ? new Fate.Refused("", List.of()) : fate)
                .collect(Collectors.toSet());
    }
}
