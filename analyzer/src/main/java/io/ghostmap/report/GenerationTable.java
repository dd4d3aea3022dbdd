package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/** The generations of every role, the oldest first, and the maps whose role is not known. */
record GenerationTable(List<Row> rows, List<Open> ambiguities) {

    record Row(
            String role,
            Text name,
            Anchors.Listed map,
            boolean stale,
            Tag currency,
            String entries,
            List<Reason> reasons,
            Optional<Text> damage) {}

    record Reason(Text text, Text source) {}

    record Open(Text text, Text why, Text source, Text cost) {}

    static GenerationTable of(ReportModel model, Anchors anchors) {
        return new GenerationTable(
                model.generations().stream().map(map -> row(map, anchors)).toList(),
                model.incident().datapath().ambiguities().stream()
                        .map(open -> new Open(open.text(), open.why(), Terms.of(open.source()), open.cost()))
                        .toList());
    }

    private static Row row(Generation map, Anchors anchors) {
        return new Row(
                map.role().toString(),
                Text.of(Terms.mapName(map.map().name())),
                anchors.list(Term.map(map.mapId())),
                map.isNotCurrent(),
                Tag.of(map.currency()),
                map.entries().map(String::valueOf).orElse("not dumped"),
                map.reasons().stream()
                        .map(reason -> new Reason(reason.text(), Terms.of(reason.source())))
                        .toList(),
                map.damage());
    }
}
