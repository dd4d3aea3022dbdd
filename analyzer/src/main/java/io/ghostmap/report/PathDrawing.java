package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.FrameRef;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A {@link ConnectionPath} station by station, as the page draws it: the application, each program in run order, the wire,
 * what came back.
 *
 * @param expected where the current generation alone would send it
 */
record PathDrawing(String frontend, List<Station> stations, String expected, boolean affected) {
    private static final int MAX_ENTRIES = 3;
    private static final int MAX_CLIENTS = 3;
    private static final int MAX_HOOKS = 3;
    private static final int MAX_DESTINATIONS = 3;
    private static final int MAX_FRAMES = 4;

    /**
     * A box of the drawing.
     *
     * @param tone its class in the style sheet: {@code plain}, {@code stale}, {@code current}, {@code bad}, {@code good}
     * @param leaves the address that goes on from here; empty at the last station
     */
    record Station(String tone, String title, List<String> lines, String leaves) {}

    static PathDrawing of(ConnectionPath path) {
        ReplayAccount account = path.account();
        List<Station> stations = new ArrayList<>();
        stations.add(application(path));
        if (account.turns().isEmpty()) {
            stations.add(noProgram(path));
        }
        account.turns().forEach(turn -> stations.add(program(turn)));
        stations.add(wire(path));
        path.wire().stream().findFirst().ifPresent(first -> stations.add(reply(first.destination())));
        return new PathDrawing(
                account.replay().frontend().toString(),
                List.copyOf(stations),
                String.join(" or ", account.texts(account.replay().expected())),
                account.affected());
    }

    private static Station application(ConnectionPath path) {
        ReplayAccount account = path.account();
        List<String> lines = new ArrayList<>();
        lines.add("connect() to " + account.replay().frontend());
        account.service().ifPresent(service -> lines.add("service " + service));
        path.wire().stream()
                .flatMap(destination -> destination.clients().stream())
                .map(client -> client.pod().map(pod -> "pod " + pod).orElseGet(() -> "from " + client.address()))
                .distinct()
                .limit(MAX_CLIENTS)
                .forEach(lines::add);
        account.peerNames()
                .forEach(peer -> peer.names()
                        .forEach(name ->
                                lines.add(peer.peer().hook().attachType().shortName() + " tells it " + name.text())));
        String asked = account.turns().stream()
                .findFirst()
                .map(turn -> joined(turn.step().before()))
                .orElseGet(() -> account.replay().frontend().endpoint().toString());
        return new Station("plain", "Application", List.copyOf(lines), asked);
    }

    private static Station program(ReplayAccount.Turn turn) {
        Step step = turn.step();
        List<String> lines = new ArrayList<>(List.of(step.program().name()));
        lines.addAll(readings(turn));
        lines.add(
                step.passes() ? (turn.hasEntries() ? "" : "no entry: ") + "lets it pass" : "rewrites the destination");
        List<String> entries = entries(step);
        lines.addAll(entries.stream().limit(MAX_ENTRIES).toList());
        if (entries.size() > MAX_ENTRIES) {
            lines.add((entries.size() - MAX_ENTRIES) + " further entries");
        }
        String tone = switch (turn.currency()) {
            case CURRENT -> "current";
            case NOT_CURRENT -> "stale";
            case UNKNOWN -> "plain";
        };
        return new Station(tone, "Program " + step.program().programId(), List.copyOf(lines), ends(step.after()));
    }

    private static List<String> readings(ReplayAccount.Turn turn) {
        if (turn.isForeign()) {
            return List.of("not the load balancer's; effect unknown");
        }
        return turn.decisive().stream()
                .map(map -> (turn.isServicesMap(map) ? "reads map " : "finds the backends in map ") + map.mapId() + ", "
                        + currency(map.currency()))
                .toList();
    }

    private static String currency(Generation.Currency currency) {
        return switch (currency) {
            case CURRENT -> "current";
            case NOT_CURRENT -> "not current";
            case UNKNOWN -> "not known to be current";
        };
    }

    /** What decided: options of the agent, then map entries such as {@code map 27 key ac 11 …}. */
    private static List<String> entries(Step step) {
        List<String> entries = new ArrayList<>();
        for (Citation option : step.options()) {
            entries.add(option.file() + " " + option.locator());
        }
        for (MapEntry row : step.rows()) {
            entries.add("map " + row.dump().mapId() + " " + row.cite().locator());
        }
        return entries;
    }

    /** The place of a program, if one were attached there; and where the programs of that hook run instead. */
    private static Station noProgram(ConnectionPath path) {
        Hook hook = path.account().replay().hook();
        List<String> lines = new ArrayList<>();
        lines.add("nothing is attached to " + hook.attachType().shortName() + " of " + hook.cgroup());
        hook.shownBy().stream().limit(1).forEach(shown -> lines.add("see " + shown.file()));
        path.elsewhere().stream()
                .limit(MAX_HOOKS)
                .forEach(other -> lines.add("program " + Words.list(other.programIds()) + " runs for sockets of "
                        + other.cgroup() + " only"));
        if (path.elsewhere().size() > MAX_HOOKS) {
            lines.add("and " + (path.elsewhere().size() - MAX_HOOKS) + " further cgroups have programs");
        }
        lines.add("the service's own address stays");
        return new Station(
                "bad",
                "No program",
                List.copyOf(lines),
                String.join(" or ", path.account().texts(path.account().replay().outcome())));
    }

    private static Station wire(ConnectionPath path) {
        if (path.wire().isEmpty()) {
            return new Station(
                    "plain",
                    "Wire",
                    List.of(path.anySyn() ? "no SYN to this address was captured" : "no SYN was captured"),
                    "");
        }
        List<String> lines = new ArrayList<>();
        path.wire().stream().limit(MAX_DESTINATIONS).forEach(account -> {
            lines.add(account.destination().syns() + " SYN frames to " + account.endpoint());
            lines.add(String.join(", ", account.destination().paths()));
            lines.add(account.capture().orElse("") + " frames " + frames(account.frames()));
        });
        lines.removeIf(String::isEmpty);
        return new Station("plain", "Wire", List.copyOf(lines), "");
    }

    private static String frames(List<FrameRef> frames) {
        return frames.stream()
                        .limit(MAX_FRAMES)
                        .map(frame -> String.valueOf(frame.number()))
                        .collect(Collectors.joining(", "))
                + (frames.size() > MAX_FRAMES ? ", …" : "");
    }

    private static Station reply(Destination destination) {
        return switch (destination.reply()) {
            case ANSWERED -> new Station("good", "Answered", List.of("SYN-ACK came back"), "");
            case REFUSED -> new Station("bad", "Refused", List.of("RST came back"), "");
            case UNREACHABLE -> new Station("bad", "Unreachable", List.of("an ICMP error came back"), "");
            case NONE ->
                new Station(
                        "bad",
                        "Silence",
                        List.of("nothing came back to " + destination.attempts().size() + " attempts"),
                        "");
            case UNKNOWN -> new Station("bad", "Not known", List.of("the capture does not show it"), "");
        };
    }

    private static String ends(List<Disposition> dispositions) {
        return dispositions.stream().map(Disposition::text).map(Text::plain).collect(Collectors.joining(" or "));
    }

    private static String joined(List<Endpoint> endpoints) {
        return endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(" or "));
    }
}
