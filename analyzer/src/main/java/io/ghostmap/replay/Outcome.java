package io.ghostmap.replay;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import java.util.List;

/**
 * One way that a connect can end.
 *
 * @param share how likely among those under the same conditions, 0 to 1: slots are chosen uniformly
 * @param given what the evidence leaves open and this takes for given
 */
public record Outcome(Disposition disposition, double share, Conditions given) {
    /** What it takes for given; none where it holds for every client. */
    public List<Condition> conditions() {
        return given.assumed();
    }

    @Override
    public int hashCode() {
        return disposition.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcome that
                && Double.compare(share, that.share) == 0
                && disposition.equals(that.disposition)
                && given.equals(that.given);
    }
}
