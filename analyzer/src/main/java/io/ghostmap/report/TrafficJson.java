package io.ghostmap.report;

import io.ghostmap.net.IpAddress;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Capture;
import io.ghostmap.traffic.CaptureInterface;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.FrameRef;
import io.ghostmap.traffic.Tail;
import io.ghostmap.traffic.Traffic;
import io.ghostmap.traffic.UdpService;
import io.ghostmap.traffic.Waypoint;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code ghostmap traffic --json}: the same facts for tools, {@code ghostmap/traffic/v1}. */
public final class TrafficJson {
    private static final String SCHEMA = "ghostmap/traffic/v1";

    /** Clients that are listed for one destination, beside their number. */
    private static final int MAX_CLIENTS = 1_000;

    private TrafficJson() {}

    /** Ends in a line break. */
    public static String render(Traffic traffic) {
        return JsonRenderer.text(new Document(
                SCHEMA,
                traffic.captures().stream().map(TrafficJson::file).toList(),
                traffic.inTimeOrder(),
                traffic.syns(),
                traffic.untrackedSyns(),
                traffic.destinations().stream().map(TrafficJson::destination).toList(),
                traffic.services().stream().map(TrafficJson::service).toList(),
                traffic.untrackedDatagrams(),
                traffic.gaps().stream()
                        .map(gap ->
                                new Missing(gap.artifact().name(), gap.reason().plain()))
                        .toList()));
    }

    private record Document(
            String schema,
            List<CaptureFile> captures,
            boolean readInTimeOrder,
            long syns,
            long untrackedSyns,
            List<TcpDestination> destinations,
            List<UdpDestination> services,
            long untrackedDatagrams,
            List<Missing> missing) {}

    private record Missing(String artifact, String reason) {}

    private record CaptureFile(
            String file,
            String format,
            long frames,
            String first,
            String last,
            long outOfOrder,
            long largestStepBackNanos,
            long largestGapNanos,
            @Nullable Long captured,
            @Nullable Long received,
            @Nullable Long dropped,
            long cutFrames,
            long malformedFrames,
            long untimedFrames,
            List<Skipped> unread,
            long laterFragments,
            long tunnelled,
            List<Interface> interfaces,
            String damage) {}

    private record Skipped(String what, long frames) {}

    private record Interface(
            String name,
            int linkType,
            int snapLength,
            String filter,
            @Nullable Long dropped) {}

    private record TcpDestination(
            String address,
            int port,
            int attempts,
            long syns,
            long transmissions,
            Tail tail,
            String reply,
            Map<String, Integer> replies,
            Map<String, Integer> states,
            int clientCount,
            List<String> clients,
            List<String> interfaces,
            Map<String, Integer> rewrites,
            String firstSeen,
            String lastSeen,
            String packet,
            List<FrameRef> frames) {}

    private record UdpDestination(
            String address,
            int port,
            int flows,
            long requests,
            long responses,
            Map<String, Integer> replies,
            String firstSeen,
            String lastSeen,
            List<FrameRef> frames) {}

    private static CaptureFile file(Capture capture) {
        return new CaptureFile(
                capture.file(),
                capture.format(),
                capture.frames(),
                Words.time(capture.clock().firstNanos()),
                Words.time(capture.clock().lastNanos()),
                capture.clock().backward(),
                capture.clock().largestStepBackNanos(),
                capture.clock().largestGapNanos(),
                orNull(capture.counters().captured()),
                orNull(capture.counters().received()),
                orNull(capture.dropped()),
                capture.unread().cut(),
                capture.unread().malformed(),
                capture.unread().untimed(),
                capture.unread().skipped().stream()
                        .map(skipped -> new Skipped(skipped.what().plain(), skipped.frames()))
                        .toList(),
                capture.laterFragments(),
                capture.tunneled(),
                capture.interfaces().stream().map(TrafficJson::ofFile).toList(),
                capture.damage().map(Text::plain).orElse(""));
    }

    private static Interface ofFile(CaptureInterface of) {
        return new Interface(of.name(), of.linkType(), of.snapLength(), of.filter(), orNull(of.dropped()));
    }

    private static TcpDestination destination(Destination of) {
        Map<String, Integer> replies = new TreeMap<>();
        of.replies().forEach((reply, count) -> replies.put(Words.lower(reply), count));
        Map<String, Integer> states = new TreeMap<>();
        of.states().forEach((state, count) -> states.put(state.name(), count));
        Map<String, Integer> rewrites = new TreeMap<>();
        for (ConnectionAttempt attempt : of.attempts()) {
            attempt.rewrite()
                    .ifPresent(other -> rewrites.merge(
                            (other.server().equals(of.endpoint())
                                    ? "from " + other.client().address()
                                    : "to " + other.server()),
                            1,
                            Integer::sum));
        }
        return new TcpDestination(
                of.endpoint().address().toString(),
                of.endpoint().port(),
                of.attempts().size(),
                of.syns(),
                of.transmissions(),
                of.tail(),
                Words.lower(of.reply()),
                replies,
                states,
                of.clients().size(),
                of.clients().stream()
                        .limit(MAX_CLIENTS)
                        .map(IpAddress::toString)
                        .toList(),
                of.paths().stream().map(Waypoint::toString).toList(),
                rewrites,
                Words.time(of.firstNanos()),
                Words.time(of.lastNanos()),
                of.packet(),
                of.frames());
    }

    private static UdpDestination service(UdpService of) {
        Map<String, Integer> replies = new TreeMap<>();
        of.replies().forEach((reply, count) -> replies.put(Words.lower(reply), count));
        return new UdpDestination(
                of.endpoint().address().toString(),
                of.endpoint().port(),
                of.flows(),
                of.requests(),
                of.responses(),
                replies,
                Words.time(of.firstNanos()),
                Words.time(of.lastNanos()),
                of.frames());
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
