package io.ghostmap.report;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * What the manifest says about the bundle's making.
 *
 * @param captured from when to when
 * @param standIns programs in the place of the real tools
 */
record Origin(Optional<Term> node, Optional<Text> captured, List<Term> standIns) {

    static Origin of(Bundle bundle) {
        Optional<Manifest> manifest = bundle.manifest();
        return new Origin(
                manifest.map(Manifest::node).filter(node -> !node.isEmpty()).map(Terms::node),
                manifest.filter(known -> !known.start().isEmpty())
                        .map(known -> Text.of("{} to {}", Term.word(known.start()), Term.word(known.end()))),
                manifest.map(Manifest::standIns).orElse(List.of()).stream()
                        .map(Term::quote)
                        .toList());
    }
}
