package io.ghostmap.traffic;

import static io.ghostmap.traffic.KeyIndex.ABSENT;

import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Folds datagrams to flows, and flows to the service that they ask; bounded by {@link #MOST_FLOWS}. */
final class UdpTable {
    /** Distinct flows that are followed; further datagrams are only counted. */
    static final int MOST_FLOWS = 50_000;

    private static final int MOST_FRAMES = 4;
    private static final int WELL_KNOWN_PORTS = 1_024;

    /** A resolver asks again after 5 s, but a name server in the cluster answers within one. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    private static final class Flow {
        private final FrameRef first;
        private final long firstNanos;
        private long lastRequestNanos;
        private long lastNanos;
        private long requests;
        private long responses;
        private boolean unreachable;

        Flow(FrameRef first, long nanos) {
            this.first = first;
            this.firstNanos = nanos;
            this.lastRequestNanos = nanos;
        }

        Reply reply(long endNanos, boolean lossy) {
            if (responses > 0) {
                return Reply.ANSWERED;
            }
            if (unreachable) {
                return Reply.UNREACHABLE;
            }
            return !lossy && endNanos - lastRequestNanos >= SILENCE_NANOS ? Reply.NONE : Reply.UNKNOWN;
        }
    }

    private final KeyIndex keys = new KeyIndex(MOST_FLOWS);
    private final List<Flow> flows = new ArrayList<>();
    private final byte[] key = new byte[IpPacket.LONGEST_KEY];
    private long untracked;

    void datagram(IpPacket packet, String file, Frame frame) {
        int asked = keys.find(key, packet.key(key));
        if (asked != ABSENT) {
            request(flows.get(asked), frame.nanos());
            return;
        }
        int answered = keys.find(key, packet.reversedKey(key));
        if (answered != ABSENT) {
            response(flows.get(answered), frame.nanos());
            return;
        }
        if (flows.size() == MOST_FLOWS) {
            untracked++;
            return;
        }
        Flow fresh = new Flow(new FrameRef(file, frame.number()), frame.nanos());
        boolean response = isResponse(packet);
        keys.findOrAdd(key, response ? packet.reversedKey(key) : packet.key(key));
        flows.add(fresh);
        if (response) {
            response(fresh, frame.nanos());
        } else {
            request(fresh, frame.nanos());
        }
    }

    /** The first datagram of a flow asks, unless it comes from a well-known port to another. */
    private static boolean isResponse(IpPacket packet) {
        return packet.sourcePort() < WELL_KNOWN_PORTS && packet.destinationPort() >= WELL_KNOWN_PORTS;
    }

    private static void request(Flow flow, long nanos) {
        flow.requests++;
        flow.lastRequestNanos = Math.max(flow.lastRequestNanos, nanos);
        flow.lastNanos = Math.max(flow.lastNanos, nanos);
    }

    private static void response(Flow flow, long nanos) {
        flow.responses++;
        flow.lastNanos = Math.max(flow.lastNanos, nanos);
    }

    /** An ICMP error that quotes a datagram. */
    void unreachable(IpPacket packet) {
        int asked = keys.find(key, packet.key(key));
        if (asked != ABSENT) {
            flows.get(asked).unreachable = true;
        }
    }

    /** Datagrams of flows beyond the bound. */
    long untracked() {
        return untracked;
    }

    /** The services in the order of most requests, then of address. */
    List<UdpService> close(long endNanos, boolean lossy) {
        SortedMap<Endpoint, List<Flow>> byServer = new TreeMap<>();
        for (int ordinal = 0; ordinal < flows.size(); ordinal++) {
            byServer.computeIfAbsent(FlowKey.serverOf(keys.key(ordinal)), server -> new ArrayList<>(1))
                    .add(flows.get(ordinal));
        }
        List<UdpService> services = new ArrayList<>();
        byServer.forEach((server, of) -> services.add(service(server, of, endNanos, lossy)));
        services.sort(Comparator.comparingLong(UdpService::requests).reversed().thenComparing(UdpService::endpoint));
        return List.copyOf(services);
    }

    private static UdpService service(Endpoint server, List<Flow> flows, long endNanos, boolean lossy) {
        SortedMap<Reply, Integer> replies = new TreeMap<>();
        flows.forEach(flow -> replies.merge(flow.reply(endNanos, lossy), 1, Integer::sum));
        return new UdpService(
                server,
                flows.size(),
                flows.stream().mapToLong(flow -> flow.requests).sum(),
                flows.stream().mapToLong(flow -> flow.responses).sum(),
                Collections.unmodifiableSortedMap(replies),
                flows.stream().mapToLong(flow -> flow.firstNanos).min().orElse(0),
                flows.stream().mapToLong(flow -> flow.lastNanos).max().orElse(0),
                flows.stream().map(flow -> flow.first).limit(MOST_FRAMES).toList());
    }
}
