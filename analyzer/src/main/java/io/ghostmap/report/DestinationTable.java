package io.ghostmap.report;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.Appearance;
import io.ghostmap.diagnosis.Classification;
import io.ghostmap.traffic.FrameRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Destinations on the wire against generations, services and backends of one program in one column. */
record DestinationTable(List<Column> columns, List<Row> rows, int further) {
    /** Only the JSON form has more rows than these. */
    private static final int MAX_ROWS = 60;

    private static final int MAX_FRAMES = 4;

    /** A services map, and a backends map that one of its programs reads as well. */
    private record Pair(Generation services, Generation backends) {
        boolean hasEntries() {
            return services.entries().orElse(-1) != 0 || backends.entries().orElse(-1) != 0;
        }
    }

    record Column(int servicesMap, int backendsMap, Tag currency) {}

    /**
     * One destination.
     *
     * @param stale whether only a generation that is not current has it as a backend
     * @param cells what it is to each column; an empty text for nothing
     * @param packet the first SYN to it, decoded, with the frame and the interfaces
     */
    record Row(
            String endpoint,
            boolean stale,
            int attempts,
            long syns,
            Tag reply,
            List<String> cells,
            List<Client> clients,
            String frames,
            String packet) {}

    record Client(String address, Optional<String> pod) {}

    static DestinationTable of(ReportModel model) {
        List<Pair> pairs = pairs(model.generations());
        List<Row> rows = model.destinations().stream()
                .limit(MAX_ROWS)
                .map(account -> row(account, pairs))
                .toList();
        return new DestinationTable(
                pairs.stream()
                        .map(pair -> new Column(
                                pair.services.mapId(),
                                pair.backends.mapId(),
                                Tag.of(Currencies.ofAll(List.of(pair.services, pair.backends)))))
                        .toList(),
                rows,
                model.destinations().size() - rows.size());
    }

    /** Without the maps of a family that is not in use, which are empty. */
    private static List<Pair> pairs(List<Generation> generations) {
        List<Pair> pairs = new ArrayList<>();
        for (Generation services : generations) {
            if (!services.role().isServices()) {
                continue;
            }
            Optional<Family> family = services.role().family();
            generations.stream()
                    .filter(map ->
                            map.role().isBackends() && map.role().family().equals(family))
                    .filter(map -> map.programs().stream().anyMatch(services.programs()::contains))
                    .map(map -> new Pair(services, map))
                    .filter(Pair::hasEntries)
                    .forEach(pairs::add);
        }
        return List.copyOf(pairs);
    }

    private static Row row(DestinationAccount account, List<Pair> pairs) {
        return new Row(
                account.endpoint().toString(),
                account.seen().classification() == Classification.STALE_BACKEND_ONLY,
                account.destination().attempts().size(),
                account.destination().syns(),
                Tag.of(account.destination().reply()),
                pairs.stream()
                        .map(pair -> cell(account.seen().appearances(), pair))
                        .toList(),
                account.clients().stream()
                        .map(client -> new Client(client.address().toString(), client.pod()))
                        .toList(),
                frames(account.frames()),
                packet(account));
    }

    private static String cell(List<Appearance> appearances, Pair pair) {
        List<String> texts = new ArrayList<>();
        for (Appearance in : appearances) {
            int map = in.generation().mapId();
            if (in.as() == Appearance.Role.FRONTEND && map == pair.services.mapId()) {
                texts.add("frontend");
            } else if (in.as() == Appearance.Role.BACKEND && map == pair.backends.mapId()) {
                texts.add(backend(in.frontends()));
            }
        }
        return String.join("; ", texts);
    }

    private static String backend(List<Frontend> frontends) {
        return frontends.isEmpty()
                ? "backend of no service"
                : "backend of " + frontends.stream().map(Frontend::toString).collect(Collectors.joining(", "));
    }

    private static String frames(List<FrameRef> frames) {
        return frames.stream()
                        .limit(MAX_FRAMES)
                        .map(frame -> String.valueOf(frame.number()))
                        .collect(Collectors.joining(", "))
                + (frames.size() > MAX_FRAMES ? ", …" : "");
    }

    private static String packet(DestinationAccount account) {
        String frame = account.frames().stream()
                .findFirst()
                .map(first -> String.valueOf(first.number()))
                .orElse("-");
        List<String> paths = List.copyOf(account.destination().paths());
        return account.capture().orElse("") + " frame " + frame + ": "
                + account.destination().packet()
                + (paths.isEmpty() ? "" : " (" + String.join(", ", paths) + ")");
    }
}
