package io.ghostmap.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Destinations on the wire against generations, services and backends of one program in one column. */
public record GenerationMatrix(List<Column> columns, List<Row> rows, int further) {
    /** More rows than these stand in the JSON form only. */
    private static final int MAX_ROWS = 60;

    public record Column(
            int servicesMap,
            int backendsMap,
            String family,
            @Nullable Boolean current) {}

    public record Row(String endpoint, Report.Destination destination, List<String> cells) {}

    static GenerationMatrix of(Report report) {
        List<Column> columns = columns(report);
        List<Row> rows = report.destinations().stream()
                .limit(MAX_ROWS)
                .map(destination -> new Row(
                        Words.endpoint(destination),
                        destination,
                        columns.stream()
                                .map(column -> cell(destination, column))
                                .toList()))
                .toList();
        return new GenerationMatrix(columns, rows, report.destinations().size() - rows.size());
    }

    private static @Nullable Boolean bothCurrent(Report.Generation services, Report.Generation backends) {
        return Words.allCurrent(List.of(reading(services), reading(backends)));
    }

    private static Report.Reading reading(Report.Generation map) {
        return new Report.Reading(map.role(), map.mapId(), map.current());
    }

    /** A services map with each backends map that one of its programs reads as well; maps of a family not in use are empty. */
    private static List<Column> columns(Report report) {
        List<Column> columns = new ArrayList<>();
        for (Report.Generation services : report.generations()) {
            if (!services.role().startsWith("services/")) {
                continue;
            }
            String family = services.role().substring("services/".length());
            report.generations().stream()
                    .filter(backends -> backends.role().equals("backends/" + family))
                    .filter(backends -> backends.programs().stream().anyMatch(services.programs()::contains))
                    .filter(backends -> services.entries() != 0 || backends.entries() != 0)
                    .forEach(backends -> columns.add(
                            new Column(services.mapId(), backends.mapId(), family, bothCurrent(services, backends))));
        }
        return List.copyOf(columns);
    }

    private static String cell(Report.Destination destination, Column column) {
        List<String> texts = new ArrayList<>();
        for (Report.InGeneration in : destination.inGenerations()) {
            if (in.mapId() == column.servicesMap() && in.as().equals("frontend")) {
                texts.add("frontend");
            } else if (in.mapId() == column.backendsMap() && in.as().equals("backend")) {
                texts.add(
                        in.frontends().isEmpty()
                                ? "backend of no service"
                                : "backend of " + String.join(", ", in.frontends()));
            }
        }
        return String.join("; ", texts);
    }
}
