package io.ghostmap.replay;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What happens to connections to a frontend at one hook.
 *
 * @param client who connects
 * @param outcomes under the programs as they run
 * @param current under the current generation alone
 */
public record Replay(Frontend frontend, Hook hook, Client client, List<Outcome> outcomes, List<Outcome> current) {
    private static final Disposition ANY_REFUSAL = new Disposition.Refused(Text.NONE, List.of());

    /** All possible ends, without doubles. */
    public List<Disposition> outcome() {
        return dispositions(outcomes);
    }

    /** All ends that are possible under the current generation alone, without doubles. */
    public List<Disposition> expected() {
        return dispositions(current);
    }

    /** Whether any of its possible ends is one of those. */
    public boolean endsIn(Set<Disposition> dispositions) {
        for (Outcome outcome : outcomes) {
            if (dispositions.contains(outcome.disposition())) {
                return true;
            }
        }
        return false;
    }

    private static List<Disposition> dispositions(List<Outcome> outcomes) {
        return outcomes.stream().map(Outcome::disposition).distinct().toList();
    }

    /** Whether the evidence does not show how it ends under the programs as they run. */
    public boolean isOutcomeOpen() {
        return isOpen(outcomes);
    }

    /** Whether the evidence does not show how it ends, or how it should end. */
    public boolean isUndecided() {
        return isOpen(outcomes) || isOpen(current);
    }

    private static boolean isOpen(List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            if (outcome.disposition() instanceof Disposition.Unknown) {
                return true;
            }
        }
        return false;
    }

    /** Whether the node sends the connection to another end than the current generation would, as far as both are known. */
    public boolean affected() {
        // Nearly all replays of a large node end as they should, slot by slot.
        return !outcomes.equals(current) && !isUndecided() && !ends(outcome()).equals(ends(expected()));
    }

    /** For the client a refusal is a refusal, whatever the reason. */
    private static Set<Disposition> ends(List<Disposition> dispositions) {
        return dispositions.stream()
                .map(disposition -> disposition instanceof Disposition.Refused ? ANY_REFUSAL : disposition)
                .collect(Collectors.toSet());
    }

    /** Only the frontend is hashed: the rest is large, and few differ only in it. */
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
                        && outcomes.equals(that.outcomes)
                        && current.equals(that.current));
    }
}
