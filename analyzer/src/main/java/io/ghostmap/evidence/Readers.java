package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Decompression;
import io.ghostmap.bundle.Form;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Member;
import io.ghostmap.bundle.Printable;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Which reader takes members of which kind, and the gaps that they find. */
final class Readers {
    /** Reads one member. */
    @FunctionalInterface
    interface Reader {
        void read(Member member, InputStream in) throws IOException;
    }

    /** For all members that are read here, unpacked: many times the lists of the largest node. */
    private static final long MAX_UNPACKED = 2L << 30;

    /** Errors of one list that are quoted; a list can have one for each object of the node. */
    private static final int MAX_ERRORS = 20;

    private static final int MAX_ERROR_TEXT = 1_000;

    private final Map<ArtifactKind, Reader> readers = new EnumMap<>(ArtifactKind.class);
    private final Map<Artifact, String> read = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private long unpackedBytes;

    void on(ArtifactKind kind, Reader reader) {
        readers.put(kind, reader);
    }

    /** JSON, row by row; the second argument is the member's path. */
    void onRows(ArtifactKind kind, BiConsumer<JsonNode, String> taker) {
        on(kind, (member, in) -> note(member, rows(member, in, row -> taker.accept(row, member.path()))));
    }

    void onLines(ArtifactKind kind, Consumer<TextFile> taker) {
        on(kind, (member, in) -> taker.accept(new TextFile(member.path(), true, lines(member, in))));
    }

    /** Only the first line, without white space around it. */
    void onFirstLine(ArtifactKind kind, Consumer<String> taker) {
        on(
                kind,
                (member, in) -> taker.accept(Printable.cut(
                        lines(member, in).stream().findFirst().orElse("").strip(), ListRow.MAX_TEXT)));
    }

    /** Rows with that many cells; the second argument is the member's path. */
    void onTable(ArtifactKind kind, int columns, BiConsumer<String[], String> taker) {
        on(
                kind,
                (member, in) ->
                        Texts.table(lines(member, in), columns).forEach(cells -> taker.accept(cells, member.path())));
    }

    private List<String> lines(Member member, InputStream in) throws IOException {
        Texts.Reading reading = Texts.read(in);
        if (reading.cut()) {
            gap(member.artifact(), Text.of("only its first {} bytes were read", Term.number(Texts.MAX_BYTES)));
        }
        return reading.lines();
    }

    boolean has(ArtifactKind kind) {
        return readers.containsKey(kind);
    }

    /** Reads a member that has a reader, packed or not; the first of two that are the same artifact. */
    void read(Member member, InputStream in) throws IOException {
        Reader reader = readers.get(member.kind());
        if (reader == null) {
            return;
        }
        String first = read.putIfAbsent(member.artifact(), member.path());
        if (first != null) {
            gap(member.artifact(), Text.of("is in the bundle twice; the first, {}, was read", Term.member(first)));
            return;
        }
        try (InputStream unpacked = Decompression.unpacking(in)) {
            BoundedStream plain = new BoundedStream(unpacked, MAX_UNPACKED - unpackedBytes);
            try {
                reader.read(member, plain);
            } finally {
                unpackedBytes += plain.count();
            }
        } catch (IOException e) { // an error of the archive itself ends the walk in any case
            gap(member.artifact(), Text.of("cannot be unpacked to its end"));
        }
    }

    static JsonRows.Reading rows(Member member, InputStream in, Consumer<JsonNode> taker) {
        return member.form() == Form.BPFTOOL_JSON ? JsonRows.readBpftool(in, taker) : JsonRows.read(in, taker);
    }

    /** The errors of reading the rows of a member. */
    void note(Member member, JsonRows.Reading reading) {
        reading.damage().ifPresent(reason -> gap(member.artifact(), reason));
        reading.errors().stream()
                .distinct()
                .limit(MAX_ERRORS)
                .forEach(error -> gap(
                        member.artifact(),
                        Text.of("bpftool says: {}", Term.quote(Printable.cut(error, MAX_ERROR_TEXT)))));
        if (reading.errors().size() > MAX_ERRORS) {
            gap(
                    member.artifact(),
                    Text.of(
                            "{} errors of bpftool in all",
                            Term.number(reading.errors().size())));
        }
    }

    void gap(Artifact artifact, Text reason) {
        gaps.add(new Gap(artifact, reason));
    }

    List<Gap> gaps() {
        return List.copyOf(gaps);
    }
}
