package io.ghostmap.datapath.program;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.text.Text;
import java.util.List;

/**
 * All that a program can do with an address.
 *
 * @param choices in the order in which they were found; empty if it does not change the address for any client. What it does
 *     on both sides of a condition is one choice
 * @param entries of maps that decided
 * @param options of the agent that decided
 */
public record Answer(List<Choice> choices, List<MapEntry> entries, List<Citation> options) {
    public Answer {
        choices = Choice.simplified(choices);
    }

    /** It does not change the address for any client. */
    public static final Answer PASSES = new Answer(List.of(), List.of(), List.of());

    /** Nothing can be said of it. */
    public static Answer unknown(Question question, Text reason) {
        Choice choice = new Choice(new Decision.Unknown(reason), 1, question.given(), question.cookie());
        return new Answer(List.of(choice), List.of(), List.of());
    }
}
