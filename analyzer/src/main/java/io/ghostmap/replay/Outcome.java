package io.ghostmap.replay;

import java.util.List;

/**
 * One way that a connect can end.
 *
 * @param share how likely among those under the same conditions, 0 to 1: slots are chosen uniformly
 * @param conditions what the evidence does not tell and this way takes for given; none where it holds for every client
 */
public record Outcome(Disposition disposition, double share, List<String> conditions) {
    public Outcome {
        conditions = List.copyOf(conditions);
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
                && conditions.equals(that.conditions);
    }

    /** The disposition, with its share where it is one of several, and with its conditions. */
    public String text() {
        boolean certain = share > 0.9995;
        return disposition.text()
                + (certain ? "" : " (" + percent() + ")")
                + (conditions.isEmpty() ? "" : ", if " + String.join(" and ", conditions));
    }

    private String percent() {
        long tenths = Math.round(share * 1000);
        return tenths % 10 == 0 ? tenths / 10 + " %" : tenths / 10 + "." + tenths % 10 + " %";
    }
}
