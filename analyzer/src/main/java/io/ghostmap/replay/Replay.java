package io.ghostmap.replay;

import io.ghostmap.datapath.Frontend;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a connect to a frontend comes to at one hook.
 *
 * @param client who connects
 * @param chances under the programs as they run
 * @param current under the current generation alone
 */
public record Replay(Frontend frontend, Hook hook, Client client, List<Chance> chances, List<Chance> current) {
    /** All possible ends, without doubles. */
    public List<Fate> outcome() {
        return fates(chances);
    }

    /** All ends that the current generation alone would allow, without doubles. */
    public List<Fate> expected() {
        return fates(current);
    }

    /** Whether any of its possible ends is one of those. */
    public boolean endsIn(Set<Fate> fates) {
        for (Chance chance : chances) {
            if (fates.contains(chance.fate())) {
                return true;
            }
        }
        return false;
    }

    private static List<Fate> fates(List<Chance> chances) {
        return chances.stream().map(Chance::fate).distinct().toList();
    }

    /** Whether the evidence does not tell how it ends under the programs as they run. */
    public boolean isOutcomeOpen() {
        return isOpen(chances);
    }

    /** Whether the evidence does not tell how it ends, or how it should. */
    public boolean isUndecided() {
        return isOpen(chances) || isOpen(current);
    }

    private static boolean isOpen(List<Chance> chances) {
        for (Chance chance : chances) {
            if (chance.fate() instanceof Fate.Unknown) {
                return true;
            }
        }
        return false;
    }

    /** Whether the node sends the connection elsewhere than the current generation would, as far as both are known. */
    public boolean affected() {
        // Nearly all of a large node's lead where they should, slot by slot.
        return !chances.equals(current) && !isUndecided() && !ends(outcome()).equals(ends(expected()));
    }

    /** For the client a refusal is a refusal, whatever the reason. */
    private static Set<Fate> ends(List<Fate> fates) {
        return fates.stream()
                .map(fate -> fate instanceof Fate.Refused ? new Fate.Refused("", List.of()) : fate)
                .collect(Collectors.toSet());
    }

    /** By the frontend alone: the rest is large, and tells few apart. */
    @Override
    public int hashCode() {
        return frontend.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof Replay that
                        && frontend.equals(that.frontend)
                        && hook.equals(that.hook)
                        && client.equals(that.client)
                        && chances.equals(that.chances)
                        && current.equals(that.current));
    }
}
