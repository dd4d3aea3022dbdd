package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a rule claims.
 *
 * @param number 1 for the first finding of its rule
 * @param headline what clients experience, or what else is wrong: the service first, and no ids
 * @param cause why, with the ids; empty if the headline says it all
 * @param summary what was seen, in a few sentences, for the head of the report
 * @param explanation paragraphs, in the order in which an engineer would explain it
 * @param example the connect that shows it best: the one that the title and the explanation speak of
 */
public record Finding(
        CatalogEntry rule,
        int number,
        Severity severity,
        Confidence confidence,
        List<Subject> subjects,
        Text headline,
        Text cause,
        Text summary,
        List<Text> explanation,
        Optional<Replay> example,
        List<Citation> supporting,
        List<Citation> contradicting,
        List<Rival> rivals,
        List<RemedyStep> remedy) {

    /** Stable within a report: the rule's id, with a number if the rule speaks more than once. */
    public String id() {
        return number == 1 ? rule.id() : rule.id() + "-" + number;
    }

    /** The headline and its cause. */
    public Text title() {
        return cause.isEmpty() ? headline : headline.then(": ").then(cause);
    }

    /** The subjects of one kind. */
    public <S extends Subject> List<S> subjects(Class<S> kind) {
        return subjects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    static Draft draft(CatalogEntry rule, Severity severity, Confidence confidence) {
        return new Draft(rule, severity, confidence);
    }

    /** A finding that has no number yet. What a rule does not say of it is empty. */
    static final class Draft {
        private final CatalogEntry rule;
        private final Severity severity;
        private final Confidence confidence;
        private final List<Subject> subjects = new ArrayList<>();
        private Text headline = Text.NONE;
        private Text cause = Text.NONE;
        private Text summary = Text.NONE;
        private List<Text> explanation = List.of();
        private Optional<Replay> example = Optional.empty();
        private List<Citation> supporting = List.of();
        private List<Citation> contradicting = List.of();
        private List<Rival> rivals = List.of();
        private List<RemedyStep> remedy = List.of();

        private Draft(CatalogEntry rule, Severity severity, Confidence confidence) {
            if (!rule.allows(severity)) {
                throw new IllegalArgumentException(rule.id() + " does not declare the severity " + severity);
            }
            this.rule = rule;
            this.severity = severity;
            this.confidence = confidence;
        }

        Draft about(Subject subject) {
            subjects.add(subject);
            return this;
        }

        Draft about(Collection<? extends Subject> more) {
            subjects.addAll(more);
            return this;
        }

        Draft title(Text whole) {
            return title(whole, Text.NONE);
        }

        Draft title(Text effect, Text why) {
            headline = effect;
            cause = why;
            return this;
        }

        Draft summary(Text text) {
            summary = text;
            return this;
        }

        Draft explanation(List<Text> paragraphs) {
            explanation = List.copyOf(paragraphs);
            return this;
        }

        Draft example(Optional<Replay> replay) {
            example = replay;
            return this;
        }

        Draft supporting(List<Citation> citations) {
            supporting = List.copyOf(citations);
            return this;
        }

        Draft contradicting(List<Citation> citations) {
            contradicting = List.copyOf(citations);
            return this;
        }

        Draft rivals(List<Rival> others) {
            rivals = List.copyOf(others);
            return this;
        }

        Draft remedy(List<RemedyStep> steps) {
            remedy = List.copyOf(steps);
            return this;
        }

        Finding numbered(int number) {
            return new Finding(
                    rule,
                    number,
                    severity,
                    confidence,
                    subjects.stream().distinct().toList(),
                    headline,
                    cause,
                    summary,
                    explanation,
                    example,
                    supporting,
                    contradicting,
                    rivals,
                    remedy);
        }
    }
}
