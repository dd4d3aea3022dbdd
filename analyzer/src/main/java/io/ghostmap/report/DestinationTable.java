package io.ghostmap.report;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.Appearance;
import io.ghostmap.diagnosis.Classification;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.FrameRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    record Column(Text maps, Tag currency) {}

    /**
     * One destination.
     *
     * @param stale whether only a generation that is not current has it as a backend
     * @param cells what it is in the maps of each column; empty if they do not have it
     * @param packet the first SYN to it, decoded, with the frame and the interfaces
     */
    record Row(
            Anchors.Listed endpoint,
            boolean stale,
            int attempts,
            long syns,
            Tag reply,
            List<Text> cells,
            List<Text> clients,
            List<Anchors.Listed> frames,
            boolean moreFrames,
            Text packet) {}

    static DestinationTable of(ReportModel model, Anchors anchors) {
        List<Pair> pairs = pairs(model.generations());
        List<Row> rows = model.destinations().stream()
                .limit(MAX_ROWS)
                .map(account -> row(account, pairs, anchors))
                .toList();
        return new DestinationTable(
                pairs.stream().map(DestinationTable::column).toList(),
                rows,
                model.destinations().size() - rows.size());
    }

    private static Column column(Pair pair) {
        return new Column(
                Text.of("services {}, backends {}", Term.map(pair.services.mapId()), Term.map(pair.backends.mapId())),
                Tag.of(Currencies.ofAll(List.of(pair.services, pair.backends))));
    }

    /** Leaves out the maps of a family that is not in use: they are empty. */
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

    private static Row row(DestinationAccount account, List<Pair> pairs, Anchors anchors) {
        List<FrameRef> frames = account.frames();
        return new Row(
                anchors.list(Term.endpoint(account.endpoint())),
                account.seen().classification() == Classification.STALE_BACKEND_ONLY,
                account.destination().attempts().size(),
                account.destination().syns(),
                Tag.of(account.destination().reply()),
                pairs.stream()
                        .map(pair -> cell(account.seen().appearances(), pair))
                        .toList(),
                account.clients().stream().map(DestinationTable::client).toList(),
                frames.stream()
                        .limit(MAX_FRAMES)
                        .map(frame -> anchors.list(Terms.of(frame)))
                        .toList(),
                frames.size() > MAX_FRAMES,
                packet(account));
    }

    private static Text client(DestinationAccount.Client client) {
        Text address = Text.of(Term.address(client.address()));
        return client.pod().map(pod -> address.then(" {}", Terms.pod(pod))).orElse(address);
    }

    private static Text cell(List<Appearance> appearances, Pair pair) {
        List<Text> texts = new ArrayList<>();
        for (Appearance in : appearances) {
            int map = in.generation().mapId();
            if (in.as() == Appearance.Role.FRONTEND && map == pair.services.mapId()) {
                texts.add(Text.of("frontend"));
            } else if (in.as() == Appearance.Role.BACKEND && map == pair.backends.mapId()) {
                texts.add(backend(in.frontends()));
            }
        }
        return Text.join("; ", texts);
    }

    private static Text backend(List<Frontend> frontends) {
        return frontends.isEmpty()
                ? Text.of("backend of no service")
                : Text.of(
                        "backend of {}",
                        Text.join(", ", frontends.stream().map(Terms::of).toList()));
    }

    private static Text packet(DestinationAccount account) {
        Text where = Text.of(
                "{} frame {}: ",
                Term.member(account.capture().orElse("")),
                account.frames().stream().findFirst().map(Terms::of).orElse(Term.word("-")));
        Text packet = where.then("{}", Term.quote(account.destination().packet()));
        return account.destination().paths().isEmpty() ? packet : packet.then(" ({})", account.paths());
    }
}
