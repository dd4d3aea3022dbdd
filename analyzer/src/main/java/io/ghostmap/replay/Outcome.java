package io.ghostmap.replay;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import java.util.List;

/**
 * One possible end of a connection.
 *
 * @param share how likely among those under the same conditions, 0 to 1: slots are chosen uniformly
 * @param given the conditions, on which the evidence does not decide
 */
public record Outcome(Disposition disposition, double share, Conditions given) {
    /** Empty if it holds for every client. */
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
