package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The way of one connection, station by station, as the page draws it: the application, each program in run order, the
 * wire, what came back. Drawn for the connect that the verdict's finding speaks of; where there is none, for the frontend
 * that most of the captured SYNs came from, affected ones first.
 *
 * @param expected where the current generation alone would lead
 */
public record ConnectionPath(
        String frontend, String service, List<Station> stations, String expected, boolean affected) {

    private static final int MAX_ENTRIES = 3;

    private static final Comparator<Report.Replay> CLEARNESS =
            Comparator.comparing(Report.Replay::affected).thenComparingLong(Report.Replay::observedSyns);

    /**
     * A box of the drawing.
     *
     * @param kind {@code application}, {@code program}, {@code wire} or {@code reply}
     * @param tone {@code plain}, {@code stale}, {@code current}, {@code bad} or {@code good}
     * @param leaves the address that goes on from here; empty at the last station
     */
    public record Station(String kind, String tone, String title, List<String> lines, String leaves) {}

    static Optional<ConnectionPath> of(Report report) {
        Set<Report.Example> ofTheVerdict = report.findings().stream()
                .filter(finding -> finding.id().equals(report.verdict().finding()))
                .map(Report.Finding::example)
                .collect(Collectors.toSet());
        List<Report.Replay> named = report.replays().stream()
                .filter(replay -> ofTheVerdict.contains(
                        new Report.Example(replay.frontend(), replay.cgroup(), replay.attachType())))
                .toList();
        return clearest(named.isEmpty() ? report.replays() : named).map(replay -> of(report, replay));
    }

    /** Of equals the first, as in the report's summary; one with backends in the current generation before all others. */
    private static Optional<Report.Replay> clearest(List<Report.Replay> replays) {
        return replays.stream().max(CLEARNESS).flatMap(top -> {
            List<Report.Replay> alike = replays.stream()
                    .filter(replay -> CLEARNESS.compare(replay, top) == 0)
                    .toList();
            return alike.stream()
                    .filter(ConnectionPath::hasBackendsInTheCurrentGeneration)
                    .findFirst()
                    .or(() -> alike.stream().findFirst());
        });
    }

    /** A service that still exists makes the clearer drawing than one that only the old generation knows. */
    private static boolean hasBackendsInTheCurrentGeneration(Report.Replay replay) {
        return replay.expected().stream().noneMatch(disposition -> disposition.endsWith(ReplaySection.UNTRANSLATED));
    }

    private static ConnectionPath of(Report report, Report.Replay replay) {
        List<Station> stations = new ArrayList<>();
        stations.add(application(report, replay));
        if (replay.steps().isEmpty()) {
            stations.add(nobody(report, replay));
        }
        replay.steps().forEach(step -> stations.add(program(step)));
        List<Report.Destination> seen = report.destinations().stream()
                .filter(destination -> endsAt(replay, destination))
                .toList();
        stations.add(wire(report, seen));
        if (!seen.isEmpty()) {
            stations.add(reply(seen));
        }
        return new ConnectionPath(
                replay.frontend(),
                replay.service(),
                List.copyOf(stations),
                String.join(" or ", replay.expected()),
                replay.affected());
    }

    private static boolean endsAt(Report.Replay replay, Report.Destination destination) {
        String endpoint = Words.endpoint(destination);
        return replay.outcome().contains(endpoint) || replay.outcome().contains(endpoint + ReplaySection.UNTRANSLATED);
    }

    private static Station application(Report report, Report.Replay replay) {
        List<String> lines = new ArrayList<>();
        lines.add("connect() to " + replay.frontend());
        if (!replay.service().isEmpty()) {
            lines.add("service " + replay.service());
        }
        report.destinations().stream()
                .filter(destination -> endsAt(replay, destination))
                .flatMap(destination -> destination.clients().stream())
                .map(client -> client.pod().isEmpty() ? "from " + client.address() : "pod " + client.pod())
                .distinct()
                .limit(3)
                .forEach(lines::add);
        replay.peerNames()
                .forEach(peer ->
                        peer.names().forEach(name -> lines.add(peer.attachType() + " tells it " + Words.name(name))));
        String asked = replay.steps().isEmpty()
                ? replay.frontend().substring(0, replay.frontend().lastIndexOf('/'))
                : replay.steps().get(0).before();
        return new Station("application", "plain", "Application", List.copyOf(lines), asked);
    }

    private static Station program(Report.Step step) {
        List<String> lines = new ArrayList<>(List.of(step.name()));
        lines.addAll(readings(step));
        String after = String.join(" or ", step.after());
        lines.add(
                after.equals(step.before())
                        ? (step.entries().isEmpty() ? "no entry: " : "") + "lets it pass"
                        : "rewrites the destination");
        step.entries().stream().limit(MAX_ENTRIES).forEach(entry -> lines.add(entryText(entry)));
        if (step.entries().size() > MAX_ENTRIES) {
            lines.add((step.entries().size() - MAX_ENTRIES) + " further entries");
        }
        return new Station("program", tone(step), "Program " + step.program(), List.copyOf(lines), after);
    }

    /** Where a program would stand, if one were attached there; and where the programs of that hook are instead. */
    private static Station nobody(Report report, Report.Replay replay) {
        List<String> lines =
                new ArrayList<>(List.of("nothing is attached to " + replay.attachType() + " of " + replay.cgroup()));
        replay.withoutPrograms().stream().limit(1).forEach(shown -> lines.add("see " + shown.file()));
        List<Report.Hook> elsewhere = report.hooks().stream()
                .filter(hook -> hook.attachType().equals(replay.attachType()))
                .toList();
        elsewhere.stream()
                .limit(3)
                .forEach(hook -> lines.add("program "
                        + Words.list(
                                hook.programs().stream().map(Report.Program::id).toList())
                        + " runs for sockets of " + hook.cgroup() + " only"));
        if (elsewhere.size() > 3) {
            lines.add("and " + (elsewhere.size() - 3) + " further cgroups have programs");
        }
        lines.add("the service's own address stays");
        return new Station("program", "bad", "No program", List.copyOf(lines), String.join(" or ", replay.outcome()));
    }

    private static List<String> readings(Report.Step step) {
        if (step.generation() == 0) {
            return List.of("not the load balancer's; effect unknown");
        }
        return ReplaySection.decisive(step).stream()
                .map(reading -> (reading.mapId() == step.generation() ? "reads map " : "finds the backends in map ")
                        + reading.mapId() + ", " + Words.currency(reading.current()))
                .toList();
    }

    private static String tone(Report.Step step) {
        Boolean current = step.current();
        return current == null ? "plain" : current ? "current" : "stale";
    }

    /** Such as {@code map 27 key ac 11 …}; the file's name is the map's id. */
    private static String entryText(Citation entry) {
        String map = entry.file().replaceFirst("^bpf/map-dumps/(\\d+)\\.json$", "map $1");
        return map + " " + entry.locator();
    }

    private static Station wire(Report report, List<Report.Destination> seen) {
        if (seen.isEmpty()) {
            String why =
                    report.destinations().isEmpty() ? "no SYN was captured" : "no SYN to this address was captured";
            return new Station("wire", "plain", "Wire", List.of(why), "");
        }
        List<String> lines = new ArrayList<>();
        for (Report.Destination destination : seen.stream().limit(3).toList()) {
            lines.add(destination.syns() + " SYN frames to " + Words.endpoint(destination));
            lines.add(String.join(", ", destination.interfaces()));
            lines.add(destination.capture() + " frames "
                    + String.join(
                            ", ",
                            destination.frames().stream()
                                    .limit(4)
                                    .map(String::valueOf)
                                    .toList())
                    + (destination.frames().size() > 4 ? ", …" : ""));
        }
        lines.removeIf(String::isEmpty);
        return new Station("wire", "plain", "Wire", List.copyOf(lines), "");
    }

    private static Station reply(List<Report.Destination> seen) {
        Report.Destination worst = seen.get(0);
        boolean good = worst.reply().equals("answered");
        String title = switch (worst.reply()) {
            case "answered" -> "Answered";
            case "refused" -> "Refused";
            case "unreachable" -> "Unreachable";
            case "none" -> "Silence";
            default -> "Not known";
        };
        String text = switch (worst.reply()) {
            case "answered" -> "SYN-ACK came back";
            case "refused" -> "RST came back";
            case "unreachable" -> "an ICMP error came back";
            case "none" -> "nothing came back to " + worst.attempts() + " attempts";
            default -> "the capture does not show it";
        };
        return new Station("reply", good ? "good" : "bad", title, List.of(text), "");
    }
}
