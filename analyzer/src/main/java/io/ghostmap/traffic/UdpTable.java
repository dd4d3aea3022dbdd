package io.ghostmap.traffic;

import static io.ghostmap.traffic.KeyIndex.ABSENT;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Folds datagrams to flows, and flows to the service that they ask; bounded by {@link #MAX_FLOWS}. */
final class UdpTable {
    /** Distinct flows that are followed; further datagrams are only counted. */
    static final int MAX_FLOWS = 50_000;

    private static final int MAX_FRAMES = 4;
    private static final int WELL_KNOWN_PORTS = 1_024;

    /** A resolver asks again after 5 s, but a name server in the cluster answers within one. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    /** Two ends that exchange datagrams, seen from the end that its key names first. */
    private static final class Flow {
        private FrameRef first;
        private long firstNanos;
        private boolean firstIsForward = true;
        private final Side forward = new Side();
        private final Side back = new Side();

        Flow(FrameRef first, long nanos) {
            this.first = first;
            this.firstNanos = nanos;
        }

        /** What a file that was read later shows to be earlier is the first: without a well-known port, it asks. */
        void add(boolean isForward, String file, Frame frame) {
            boolean isFirst = forward.datagrams + back.datagrams == 0;
            if (isFirst || (frame.nanos() < firstNanos && !file.equals(first.file()))) {
                first = new FrameRef(file, frame.number());
                firstNanos = frame.nanos();
                firstIsForward = isForward;
            }
            Side side = isForward ? forward : back;
            side.datagrams++;
            side.lastNanos = Math.max(side.lastNanos, frame.nanos());
        }

        boolean isSeen() {
            return forward.datagrams + back.datagrams > 0;
        }

        long lastNanos() {
            return Math.max(forward.lastNanos, back.lastNanos);
        }
    }

    /** One direction of a flow. */
    private static final class Side {
        private long datagrams;
        private long lastNanos;
        private boolean unreachable;
    }

    /** A flow at the end of all captures, when it is known which end asked. */
    private record Asked(Endpoint server, IpAddress client, Flow flow, Side requests, Side responses) {
        static Asked of(byte[] key, Flow flow) {
            Endpoint first = FlowKey.client(key);
            Endpoint second = FlowKey.serverOf(key);
            boolean known = (first.port() < WELL_KNOWN_PORTS) != (second.port() < WELL_KNOWN_PORTS);
            boolean swapped = known ? first.port() < WELL_KNOWN_PORTS : !flow.firstIsForward;
            return swapped
                    ? new Asked(first, second.address(), flow, flow.back, flow.forward)
                    : new Asked(second, first.address(), flow, flow.forward, flow.back);
        }

        Reply reply(Coverage coverage) {
            if (responses.datagrams > 0) {
                return Reply.ANSWERED;
            }
            if (requests.unreachable) {
                return Reply.UNREACHABLE;
            }
            boolean watched = coverage.endOf(flow.first.file()) - requests.lastNanos >= SILENCE_NANOS;
            return watched && !coverage.hidesRepliesTo(client) ? Reply.NONE : Reply.UNKNOWN;
        }
    }

    private final KeyIndex keys = new KeyIndex(MAX_FLOWS);
    private final List<Flow> flows = new ArrayList<>();
    private final byte[] key = new byte[IpPacket.MAX_KEY];
    private long untracked;

    void datagram(IpPacket packet, String file, Frame frame) {
        boolean forward = true;
        int known = keys.find(key, packet.key(key));
        if (known == ABSENT) {
            known = keys.find(key, packet.reversedKey(key));
            forward = known == ABSENT;
        }
        if (known != ABSENT) {
            flows.get(known).add(forward, file, frame);
        } else if (flows.size() == MAX_FLOWS) {
            untracked++;
        } else {
            begin(packet, file, frame).add(true, file, frame);
        }
    }

    private Flow begin(IpPacket packet, String file, Frame frame) {
        keys.findOrAdd(key, packet.key(key));
        Flow fresh = new Flow(new FrameRef(file, frame.number()), frame.nanos());
        flows.add(fresh);
        return fresh;
    }

    /** An ICMP error that quotes a datagram; the datagram itself may be in a file that is read later. */
    void unreachable(IpPacket packet, String file, Frame frame) {
        int forward = keys.find(key, packet.key(key));
        int back = forward == ABSENT ? keys.find(key, packet.reversedKey(key)) : ABSENT;
        if (forward != ABSENT) {
            flows.get(forward).forward.unreachable = true;
        } else if (back != ABSENT) {
            flows.get(back).back.unreachable = true;
        } else if (flows.size() < MAX_FLOWS) {
            begin(packet, file, frame).forward.unreachable = true;
        }
    }

    /** Datagrams of flows beyond the bound. */
    long untracked() {
        return untracked;
    }

    /** The services in the order of most requests, then of address. */
    List<UdpService> close(Coverage coverage) {
        SortedMap<Endpoint, List<Asked>> byServer = new TreeMap<>();
        for (int ordinal = 0; ordinal < flows.size(); ordinal++) {
            if (flows.get(ordinal).isSeen()) {
                Asked asked = Asked.of(keys.key(ordinal), flows.get(ordinal));
                byServer.computeIfAbsent(asked.server(), server -> new ArrayList<>(1))
                        .add(asked);
            }
        }
        List<UdpService> services = new ArrayList<>();
        byServer.forEach((server, asked) -> services.add(service(server, asked, coverage)));
        services.sort((one, other) -> {
            int byRequests = Long.compare(other.requests(), one.requests());
            return byRequests != 0 ? byRequests : one.endpoint().compareTo(other.endpoint());
        });
        return List.copyOf(services);
    }

    private static UdpService service(Endpoint server, List<Asked> flows, Coverage coverage) {
        SortedMap<Reply, Integer> replies = new TreeMap<>();
        flows.forEach(asked -> replies.merge(asked.reply(coverage), 1, Integer::sum));
        return new UdpService(
                server,
                flows.size(),
                flows.stream().mapToLong(asked -> asked.requests().datagrams).sum(),
                flows.stream().mapToLong(asked -> asked.responses().datagrams).sum(),
                Collections.unmodifiableSortedMap(replies),
                flows.stream().mapToLong(asked -> asked.flow().firstNanos).min().orElse(0),
                flows.stream()
                        .mapToLong(asked -> asked.flow().lastNanos())
                        .max()
                        .orElse(0),
                flows.stream()
                        .map(asked -> asked.flow().first)
                        .sorted(coverage.order())
                        .limit(MAX_FRAMES)
                        .toList());
    }
}
