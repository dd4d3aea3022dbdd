package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Text;
import java.util.List;
import java.util.stream.Stream;

/**
 * The text of one rule. None of its parts can be empty, so that every rule has an explanation.
 *
 * @param reported how people describe the failure before they know its cause
 * @param mechanism how it happens
 * @param proof what in a bundle shows it
 * @param guards what looks the same but is something else, and how the rule excludes it
 * @param references public reports; empty if none is known
 */
public record Manual(Text reported, Text mechanism, Text proof, List<Text> guards, List<Reference> references) {
    public Manual {
        guards = List.copyOf(guards);
        references = List.copyOf(references);
        if (guards.isEmpty()
                || Stream.concat(Stream.of(reported, mechanism, proof), guards.stream())
                        .anyMatch(Text::isEmpty)) {
            throw new IllegalArgumentException("a part of the text is missing");
        }
    }
}
