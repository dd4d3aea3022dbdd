package io.ghostmap.diagnosis;

import io.ghostmap.text.Text;
import java.util.List;

/**
 * One step of a remedy.
 *
 * @param precondition what must still hold on the node before the commands may run
 * @param undo how to take it back, or that it cannot be
 */
public record RemedyStep(
        Text title, Text precondition, List<Action> actions, Text effect, Text risk, Text check, Text undo) {

    public boolean readsOnly() {
        return actions.stream().allMatch(Action::readsOnly);
    }

    /** The commands, a line each. */
    public Text command() {
        return Text.join("\n", actions.stream().map(Action::command).toList());
    }

    /** A step that changes nothing. */
    static Draft reading(Text title, Text precondition, List<? extends Action.Check> actions) {
        return new Draft(title, precondition, actions)
                .effect(Text.of("Reads only."))
                .risk(Text.of("None."))
                .undo(Text.of("Nothing to undo."));
    }

    static Draft changing(Text title, Text precondition, List<? extends Action> actions) {
        return new Draft(title, precondition, actions);
    }

    /** A step that is not complete yet. */
    static final class Draft {
        private final Text title;
        private final Text precondition;
        private final List<Action> actions;
        private Text effect = Text.NONE;
        private Text risk = Text.NONE;
        private Text undo = Text.NONE;

        private Draft(Text title, Text precondition, List<? extends Action> actions) {
            this.title = title;
            this.precondition = precondition;
            this.actions = List.copyOf(actions);
        }

        Draft effect(Text text) {
            effect = text;
            return this;
        }

        /** What to make of what is read. */
        Draft then(Text advice) {
            effect = effect.then(" ").then(advice);
            return this;
        }

        Draft risk(Text text) {
            risk = text;
            return this;
        }

        Draft undo(Text text) {
            undo = text;
            return this;
        }

        /** By what one sees that it is done. */
        RemedyStep check(Text text) {
            return new RemedyStep(title, precondition, actions, effect, risk, text, undo);
        }
    }
}
