package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import tools.jackson.databind.JsonNode;

/**
 * Reads one of bpftool's lists of objects.
 *
 * @param <T> an object of the list
 */
final class BpfListReader<T> {
    private final SortedMap<Integer, T> byId = new TreeMap<>();
    private final BiFunction<JsonNode, String, Optional<T>> row;
    private final ToIntFunction<T> id;
    private final Readers readers;
    private boolean captured;
    private boolean damaged;

    /** {@code row} yields nothing for a row that is no object of the list; its second argument is the list's path. */
    BpfListReader(
            Readers readers, ArtifactKind kind, BiFunction<JsonNode, String, Optional<T>> row, ToIntFunction<T> id) {
        this.readers = readers;
        this.row = row;
        this.id = id;
        readers.on(kind, (member, in) -> {
            AtomicInteger odd = new AtomicInteger();
            JsonRows.Reading reading = Readers.rows(member, in, node -> take(node, member.path(), odd));
            readers.note(member, reading);
            conclude(member.artifact(), reading, odd.get());
        });
    }

    private void take(JsonNode node, String path, AtomicInteger odd) {
        row.apply(node, path).ifPresentOrElse(object -> byId.put(id.applyAsInt(object), object), odd::incrementAndGet);
    }

    private void conclude(Artifact list, JsonRows.Reading reading, int odd) {
        if (!reading.listed() && reading.damage().isEmpty()) {
            readers.gap(list, Text.of("empty: the command failed or was stopped"));
        }
        if (odd > 0) {
            readers.gap(list, Text.of("{} rows without a usable id were passed over", Term.number(odd)));
        }
        boolean failed = reading.damage().isPresent() || !reading.errors().isEmpty();
        captured |= reading.rows() > odd || (reading.listed() && !failed);
        damaged |= failed || odd > 0;
    }

    Listing<T> listing() {
        return new Listing<>(captured, !damaged, byId);
    }
}
