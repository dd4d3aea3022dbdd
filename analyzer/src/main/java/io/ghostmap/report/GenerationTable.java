package io.ghostmap.report;

import io.ghostmap.datapath.Ambiguity;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Reason;
import io.ghostmap.text.Text;
import java.util.List;

/** The generations of every role, the oldest first, and the maps that cannot be told apart. */
record GenerationTable(List<Row> rows, List<Ambiguity> ambiguities) {

    record Row(
            String role,
            String name,
            int mapId,
            boolean stale,
            Tag currency,
            String entries,
            List<Reason> reasons,
            Text damage) {}

    static GenerationTable of(ReportModel model) {
        return new GenerationTable(
                model.generations().stream().map(GenerationTable::row).toList(),
                model.incident().datapath().ambiguities());
    }

    private static Row row(Generation map) {
        return new Row(
                map.role().toString(),
                map.map().name(),
                map.mapId(),
                map.isNotCurrent(),
                Tag.of(map.currency()),
                map.entries().map(String::valueOf).orElse("not dumped"),
                map.reasons(),
                map.damage().orElse(Text.NONE));
    }
}
