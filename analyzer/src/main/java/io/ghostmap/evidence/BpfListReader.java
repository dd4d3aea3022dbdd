package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Reads one of bpftool's lists of objects.
 *
 * @param <T> an object of the list
 */
final class BpfListReader<T> {
    private final SortedMap<Integer, T> byId = new TreeMap<>();
    private final Function<ListRow, Optional<T>> row;
    private final ToIntFunction<T> id;
    private final Readers readers;
    private boolean captured;
    private boolean damaged;

    /** What is wrong with some rows of one list. */
    private static final class Oddities {
        private int rows;
        private final OddValues values = new OddValues();
    }

    /** {@code row} yields nothing for a row that is not an object of the list. */
    BpfListReader(Readers readers, ArtifactKind kind, Function<ListRow, Optional<T>> row, ToIntFunction<T> id) {
        this.readers = readers;
        this.row = row;
        this.id = id;
        readers.on(kind, (member, in) -> {
            Oddities odd = new Oddities();
            JsonRows.Reading reading = Readers.rows(member, in, node -> take(new ListRow(node, member.path()), odd));
            readers.note(member, reading);
            conclude(member.artifact(), reading, odd);
        });
    }

    private void take(ListRow listed, Oddities odd) {
        Optional<T> object = row.apply(listed);
        object.ifPresentOrElse(found -> byId.put(id.applyAsInt(found), found), () -> odd.rows++);
        odd.values.addThoseOf(listed);
    }

    private void conclude(Artifact list, JsonRows.Reading reading, Oddities odd) {
        if (!reading.listed() && reading.damage().isEmpty()) {
            readers.gap(list, Text.of("empty: the command failed or was stopped"));
        }
        if (odd.rows > 0) {
            readers.gap(list, Text.of("{} rows without a usable id were skipped", Term.number(odd.rows)));
        }
        odd.values.nameIn(readers, list);
        boolean failed = reading.damage().isPresent() || !reading.errors().isEmpty();
        captured |= reading.rows() > odd.rows || (reading.listed() && !failed);
        damaged |= failed || odd.rows > 0;
    }

    Listing<T> listing() {
        return new Listing<>(captured, !damaged, byId);
    }
}
