package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.ConnectionState;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Rewrite;
import io.ghostmap.traffic.Traffic;
import io.ghostmap.traffic.UdpService;
import io.ghostmap.traffic.Unread;
import io.ghostmap.traffic.Waypoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code ghostmap traffic} prints: captures with their limits, destinations, services; at most 100 columns. */
public final class TrafficTables {
    private static final int COLUMNS = 100;

    /** Destinations that the table shows; the JSON form has all. */
    private static final int MAX_ROWS = 40;

    /** Lines that one fact may take; a name from a hostile capture is cut after them. */
    private static final int MAX_CONTINUED = 4;

    private static final String CONTINUED = "        ";

    /** Widths of the columns but the last. */
    private static final int[] DESTINATION_ROW = {30, 8, 9, 7};

    private static final int[] SERVICE_ROW = {30, 8, 9, 9};

    private final List<String> lines = new ArrayList<>();

    private TrafficTables() {}

    /** Ends in a line break. */
    public static String render(Traffic traffic) {
        TrafficTables tables = new TrafficTables();
        traffic.captures().forEach(tables::capture);
        if (!traffic.inTimeOrder()) {
            tables.line("These files were not given in the order of time; their packets are still matched by time.");
        }
        tables.destinations(traffic);
        tables.services(traffic);
        return String.join("\n", tables.lines) + "\n";
    }

    private void capture(Capture capture) {
        line(Printable.of(capture.file()) + ": " + capture.format() + ", " + capture.frames() + " frames, "
                + orNone(Words.time(capture.clock().firstNanos())) + " to "
                + orNone(Words.time(capture.clock().lastNanos())));
        note(capture.snapLength() > 0 && capture.snapLength() < 262_144, "snap length " + capture.snapLength());
        note(
                capture.counters().captured().isPresent(),
                "tcpdump: " + capture.counters().captured().orElse(0) + " packets captured, "
                        + counted(capture.counters().received()) + " received by its filter, "
                        + counted(capture.counters().droppedByKernel()) + " dropped by the kernel");
        note(
                capture.counters().captured().isEmpty() && capture.dropped().isPresent(),
                capture.dropped().orElse(0) + " packets dropped");
        note(
                capture.lost(),
                "packets are missing: the reply of an attempt may be among them, so none is counted as unanswered");
        capture.interfaces().stream()
                .filter(of -> !of.name().isEmpty() || !of.filter().isEmpty())
                .limit(MAX_ROWS)
                .forEach(of -> note(
                        true, "interface " + of.name() + (of.filter().isEmpty() ? "" : ", filter " + of.filter())));
        unread(capture.unread());
        note(
                capture.laterFragments() > 0,
                capture.laterFragments() + " later fragments have no ports and are not counted");
        note(capture.tunneled() > 0, capture.tunneled() + " frames are in a tunnel: their inner connection is counted");
        note(
                capture.clock().backward() > 0,
                capture.clock().backward() + " frames out of order, at most "
                        + seconds(capture.clock().largestStepBackNanos()) + " back");
        note(
                capture.clock().largestGapNanos() > 10_000_000_000L,
                "no frame for " + seconds(capture.clock().largestGapNanos()));
        capture.damage().ifPresent(reason -> note(true, "incomplete: " + reason.plain()));
    }

    private void unread(Unread unread) {
        unread.skipped()
                .forEach(skipped -> note(
                        true,
                        skipped.counted().plain()
                                + (skipped.isLoss() ? " cannot be read" : " are encrypted and not counted")));
        note(unread.cut() > 0, unread.cut() + " frames end before the TCP flags or the ports and are not counted");
        note(unread.malformed() > 0, unread.malformed() + " frames are malformed and not counted");
        note(unread.untimed() > 0, unread.untimed() + " frames have no time, or one that no clock shows");
    }

    private void destinations(Traffic traffic) {
        line("");
        if (traffic.destinations().isEmpty()) {
            boolean allRead = traffic.captures().stream()
                    .allMatch(capture -> capture.unread().lost().isEmpty());
            line(
                    allRead
                            ? "No SYN was captured, so there is no connection attempt."
                            : "No SYN is among the frames that could be read.");
            return;
        }
        row(DESTINATION_ROW, "TCP DESTINATION", "ATTEMPTS", "SYNS", "CLIENTS", "REPLIES");
        traffic.destinations().stream().limit(MAX_ROWS).forEach(this::destination);
        int more = traffic.destinations().size() - MAX_ROWS;
        if (more > 0) {
            line("and " + more + " more destinations with "
                    + traffic.destinations().stream()
                            .skip(MAX_ROWS)
                            .mapToLong(Destination::syns)
                            .sum()
                    + " SYNs: --json has all of them");
        }
        if (traffic.untrackedSyns() > 0) {
            line(traffic.untrackedSyns() + " SYNs went to more destinations, which are counted together");
        }
        line("total: " + traffic.syns() + " SYN frames to "
                + traffic.destinations().size() + " destinations");
    }

    private void destination(Destination to) {
        row(
                DESTINATION_ROW,
                to.endpoint(),
                to.attempts().size(),
                to.syns(),
                to.clients().size(),
                counts(to.replies(), Words::lower));
        note(
                !to.attempts().isEmpty(),
                Words.time(to.firstNanos()) + " to " + Words.time(to.lastNanos()) + ", frame"
                        + to.frames().stream()
                                .limit(5)
                                .map(frame -> " " + frame.number())
                                .reduce("", String::concat)
                        + (to.states().isEmpty() ? "" : ", states " + counts(to.states(), ConnectionState::name)));
        note(
                !to.paths().isEmpty(),
                "passed " + to.paths().stream().map(Waypoint::toString).collect(Collectors.joining(", ")));
        note(
                to.tail().counted(),
                to.tail().syns() + " SYNs, " + to.tail().answers() + " SYN-ACKs and "
                        + to.tail().refusals() + " RSTs belong to more attempts, which are only counted");
        rewrites(to).forEach((rewrite, count) -> note(true, rewrite + " (" + count + ")"));
    }

    /** How often the same SYN was seen under another destination, or from another source. */
    private static Map<String, Integer> rewrites(Destination to) {
        Map<String, Integer> count = new TreeMap<>();
        for (Rewrite other : to.rewrites()) {
            count.merge(
                    other.server().equals(to.endpoint())
                            ? "the same SYN also came from " + other.client().address()
                            : "the same SYN also went to " + other.server(),
                    1,
                    Integer::sum);
        }
        return count.size() > 3 ? Map.of("the same SYN under other addresses: --json lists them", count.size()) : count;
    }

    private void services(Traffic traffic) {
        if (traffic.services().isEmpty()) {
            return;
        }
        line("");
        row(SERVICE_ROW, "UDP SERVICE", "FLOWS", "DATAGRAMS", "RESPONSES", "REPLIES");
        traffic.services().stream().limit(MAX_ROWS).forEach(this::service);
        int more = traffic.services().size() - MAX_ROWS;
        if (more > 0) {
            line("and " + more + " more: --json has all of them");
        }
        if (traffic.untrackedDatagrams() > 0) {
            line(traffic.untrackedDatagrams() + " datagrams belong to more flows, which are only counted");
        }
    }

    private void service(UdpService service) {
        row(
                SERVICE_ROW,
                service.endpoint(),
                service.flows(),
                service.requests(),
                service.responses(),
                counts(service.replies(), Words::lower));
    }

    /** The name is aligned to the left, numbers to the right; the last column takes any width. */
    private void row(int[] widths, Object... cells) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = String.valueOf(cells[i]);
            int width = i < widths.length ? widths[i] : 0;
            String padding = " ".repeat(Math.max(0, width - cell.length()));
            row.append(i == 0 ? cell + padding : " " + padding + cell);
        }
        line(row.toString());
    }

    private static <E> String counts(SortedMap<E, Integer> counts, Function<E, String> word) {
        List<String> words = new ArrayList<>();
        counts.forEach((what, count) -> words.add(word.apply(what) + " " + count));
        return words.isEmpty() ? "-" : String.join(" ", words);
    }

    private static String seconds(long nanos) {
        long millis = nanos / 1_000_000L;
        return millis / 1_000 + "." + String.valueOf(1_000 + millis % 1_000).substring(1) + " s";
    }

    private static String counted(OptionalLong count) {
        return count.isPresent() ? String.valueOf(count.getAsLong()) : "an unknown number";
    }

    private static String orNone(String time) {
        return time.isEmpty() ? "-" : time;
    }

    private void note(boolean holds, String text) {
        if (holds) {
            line("    " + text);
        }
    }

    /** Interface names and file names come from the capture: what is not visible in them is written out. */
    private void line(String text) {
        String rest = Printable.whole(text).stripTrailing();
        for (int i = 0; rest.length() > COLUMNS && i < MAX_CONTINUED; i++) {
            int space = rest.lastIndexOf(' ', COLUMNS);
            int end = space > CONTINUED.length() ? space : COLUMNS;
            lines.add(rest.substring(0, end).stripTrailing());
            rest = CONTINUED + rest.substring(end).strip();
        }
        lines.add(rest.length() <= COLUMNS ? rest : rest.substring(0, COLUMNS - 1) + "…");
    }
}
