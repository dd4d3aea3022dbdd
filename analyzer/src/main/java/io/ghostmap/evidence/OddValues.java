package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Set;
import java.util.TreeSet;

/** Values of one list that no kernel prints. */
final class OddValues {
    private final Set<String> names = new TreeSet<>();
    private int rows;

    /** To be called when all values of the row were asked for. */
    void addThoseOf(ListRow row) {
        rows += row.odd().isEmpty() ? 0 : 1;
        names.addAll(row.odd());
    }

    void nameIn(Readers readers, Artifact list) {
        if (rows > 0) {
            readers.gap(
                    list,
                    Text.of(
                            "{} with values that no kernel prints, which are taken as unknown: {}",
                            Text.count(rows, "row", "rows"),
                            Text.join(", ", names.stream().map(Term::word).toList())));
        }
    }
}
