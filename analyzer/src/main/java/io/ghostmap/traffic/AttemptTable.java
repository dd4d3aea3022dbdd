package io.ghostmap.traffic;

import static io.ghostmap.traffic.KeyIndex.ABSENT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Folds SYNs, their replies and their ends to attempts, across captures. Memory is bounded by {@link #MAX_ATTEMPTS}
 * and {@link #MAX_SERVERS}: what comes beyond is counted per destination, and beyond those in one number.
 */
final class AttemptTable {
    /** Distinct attempts that are followed one by one. */
    static final int MAX_ATTEMPTS = 100_000;

    /** Distinct destinations that are counted separately. */
    static final int MAX_SERVERS = 120_000;

    /** Attempts of one flow that a packet is compared with, newest first: a flow of millions costs no more. */
    private static final int MAX_COMPARED = 16;

    /** A destination while captures are read. */
    static final class Server {
        private final List<OpenAttempt> attempts = new ArrayList<>(1);
        private final SamplePacket sample;
        private long tailSyns;
        private long tailAnswers;
        private long tailRefusals;

        Server(SamplePacket sample) {
            this.sample = sample;
        }

        private void count(Segment.Kind kind) {
            switch (kind) {
                case SYN_ACK -> tailAnswers++;
                case RESET, RESET_WITH_ACK -> tailRefusals++;
                case FIN, UNREACHABLE -> {}
            }
        }

        List<OpenAttempt> attempts() {
            return attempts;
        }

        SamplePacket sample() {
            return sample;
        }

        Tail tail() {
            return new Tail(tailSyns, tailAnswers, tailRefusals);
        }
    }

    private final KeyIndex flows = new KeyIndex(MAX_ATTEMPTS);
    private int[] newestOfFlow = new int[1 << 10];
    private final List<OpenAttempt> attempts = new ArrayList<>();
    private final KeyIndex serverKeys = new KeyIndex(MAX_SERVERS);
    private final List<Server> servers = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final CapturePointIndex points = new CapturePointIndex();
    private final SightingLog sightings = new SightingLog();
    private final SegmentLog segments = new SegmentLog();
    private final byte[] key = new byte[IpPacket.MAX_KEY];
    private final byte[] serverKey = new byte[IpPacket.MAX_KEY];
    private final Strays strays = new Strays();
    private long untracked;

    /** The frames that follow are in that file. */
    void startFile(String name) {
        files.add(name);
    }

    void syn(IpPacket packet, Frame frame, LinkLayer link) {
        int length = packet.key(key);
        int known = find(flows.find(key, length), packet.sequence());
        if (known != ABSENT) {
            add(attempts.get(known), packet, frame, link);
            return;
        }
        int serverOrdinal = serverKeys.findOrAdd(serverKey, FlowKey.server(key, length, serverKey));
        if (serverOrdinal == ABSENT) {
            untracked++;
            return;
        }
        if (serverOrdinal == servers.size()) {
            servers.add(new Server(packet.sample()));
        }
        Server server = servers.get(serverOrdinal);
        if (attempts.size() == MAX_ATTEMPTS) {
            server.tailSyns++;
            return;
        }
        add(open(packet, frame, length, server), packet, frame, link);
    }

    private void add(OpenAttempt attempt, IpPacket packet, Frame frame, LinkLayer link) {
        attempt.addSyn(packet, files.size() - 1, frame, point(packet, frame, link), sightings);
        segments.syn(attempt.flow());
    }

    private int point(IpPacket packet, Frame frame, LinkLayer link) {
        return points.ordinal(
                link.interfaceIndex(), frame.captureInterface().name(), link.direction(), packet.tunnel());
    }

    private OpenAttempt open(IpPacket packet, Frame frame, int length, Server server) {
        int known = flows.size();
        int flow = flows.findOrAdd(key, length);
        int previous = flow < known ? newestOfFlow[flow] : ABSENT;
        OpenAttempt fresh = new OpenAttempt(flow, previous, packet.sequence(), frame.nanos());
        if (flow == newestOfFlow.length) {
            newestOfFlow = Arrays.copyOf(newestOfFlow, 2 * flow);
        }
        newestOfFlow[flow] = attempts.size();
        attempts.add(fresh);
        server.attempts.add(fresh);
        return fresh;
    }

    /** A SYN-ACK from the server; it answers the SYN whose sequence number it acknowledges. */
    void synAck(IpPacket packet, Frame frame, LinkLayer link) {
        int length = packet.reversedKey(key);
        int flow = flows.find(key, length);
        boolean ofFlow = flow != ABSENT && (attempts.size() < MAX_ATTEMPTS || isAcknowledged(flow, packet));
        if (ofFlow) {
            segments.add(flow, segment(Segment.Kind.SYN_ACK, false, packet, frame, link));
        } else if (!countAsTail(length, Segment.Kind.SYN_ACK)) {
            strays.add(packet, segment(Segment.Kind.SYN_ACK, true, packet, frame, link));
        }
    }

    private boolean isAcknowledged(int flow, IpPacket packet) {
        int at = newestOfFlow[flow];
        for (int i = 0; i < MAX_COMPARED && at != ABSENT; i++) {
            if (attempts.get(at).isAcknowledgedBy(packet.acknowledgment())) {
                return true;
            }
            at = attempts.get(at).previous();
        }
        return false;
    }

    /** A RST from either side. */
    void reset(IpPacket packet, Frame frame, LinkLayer link) {
        Segment.Kind kind = packet.has(IpPacket.FLAG_ACK) ? Segment.Kind.RESET_WITH_ACK : Segment.Kind.RESET;
        if (!addToFlow(kind, packet, frame, link) && !countAsTail(packet.reversedKey(key), kind)) {
            strays.add(packet, segment(kind, true, packet, frame, link));
        }
    }

    /** A FIN of either side. */
    void fin(IpPacket packet, Frame frame, LinkLayer link) {
        if (!addToFlow(Segment.Kind.FIN, packet, frame, link)) {
            strays.add(packet, segment(Segment.Kind.FIN, true, packet, frame, link));
        }
    }

    /** An ICMP error; the packet's fields are those of the quoted segment. */
    void unreachable(IpPacket packet, Frame frame, LinkLayer link) {
        Segment error = segment(Segment.Kind.UNREACHABLE, true, packet, frame, link);
        int flow = flows.find(key, packet.key(key));
        if (flow != ABSENT) {
            segments.add(flow, error);
        } else {
            strays.add(packet, error);
        }
    }

    /** Each side is the client of a flow of its own when both opened at once. False when neither is one's client. */
    private boolean addToFlow(Segment.Kind kind, IpPacket packet, Frame frame, LinkLayer link) {
        int ofClient = flows.find(key, packet.key(key));
        if (ofClient != ABSENT) {
            segments.add(ofClient, segment(kind, true, packet, frame, link));
        }
        int ofServer = flows.find(key, packet.reversedKey(key));
        if (ofServer != ABSENT) {
            segments.add(ofServer, segment(kind, false, packet, frame, link));
        }
        return ofClient != ABSENT || ofServer != ABSENT;
    }

    private Segment segment(Segment.Kind kind, boolean fromClient, IpPacket packet, Frame frame, LinkLayer link) {
        return new Segment(kind, fromClient, packet, files.size() - 1, frame, point(packet, frame, link));
    }

    /** Gives what came before its SYN was read to the flow that it belongs to. */
    void placeStrays() {
        for (Strays.Stray stray : strays.all()) {
            byte[] flow = stray.flow().array();
            Segment segment = stray.segment();
            int ofClient = segment.kind() == Segment.Kind.SYN_ACK ? ABSENT : flows.find(flow, flow.length);
            if (ofClient != ABSENT) {
                segments.add(ofClient, segment);
            }
            FlowKey.reverse(flow, flow.length, key);
            int ofServer = segment.kind() == Segment.Kind.UNREACHABLE ? ABSENT : flows.find(key, flow.length);
            if (ofServer != ABSENT) {
                segments.add(ofServer, segment.reversed());
            }
        }
    }

    /** Whether a reply may have missed its SYN because there were too many of them. */
    boolean lostStrays() {
        return strays.full();
    }

    private int find(int flow, int sequence) {
        int at = flow == ABSENT ? ABSENT : newestOfFlow[flow];
        for (int i = 0; i < MAX_COMPARED && at != ABSENT; i++) {
            if (attempts.get(at).sequence() == sequence) {
                return at;
            }
            at = attempts.get(at).previous();
        }
        return ABSENT;
    }

    /** The attempts of one flow in the order of their first SYN. */
    List<OpenAttempt> attemptsOf(int flow) {
        List<OpenAttempt> ofFlow = new ArrayList<>(1);
        for (int at = newestOfFlow[flow]; at != ABSENT; at = attempts.get(at).previous()) {
            ofFlow.add(attempts.get(at));
        }
        Collections.reverse(ofFlow);
        if (ofFlow.size() > 1) {
            ofFlow.sort(Comparator.comparingLong(OpenAttempt::firstNanos));
        }
        return ofFlow;
    }

    /**
     * Counts a reply to an attempt beyond the bound, whose flow is the one in {@link #key}; false if the server has no such
     * attempts.
     */
    private boolean countAsTail(int length, Segment.Kind kind) {
        int ordinal = attempts.size() < MAX_ATTEMPTS
                ? ABSENT
                : serverKeys.find(serverKey, FlowKey.server(key, length, serverKey));
        if (ordinal == ABSENT || servers.get(ordinal).tailSyns == 0) {
            return false;
        }
        servers.get(ordinal).count(kind);
        return true;
    }

    SegmentLog segments() {
        return segments;
    }

    /** In the order of reading. */
    List<String> files() {
        return files;
    }

    String file(int ordinal) {
        return files.get(ordinal);
    }

    CapturePointIndex points() {
        return points;
    }

    SightingLog sightings() {
        return sightings;
    }

    /** SYNs to destinations beyond {@link #MAX_SERVERS}. */
    long untracked() {
        return untracked;
    }

    /** In the order of their first frame. */
    List<OpenAttempt> attempts() {
        return attempts;
    }

    /** In the order of their first frame. */
    List<Server> servers() {
        return servers;
    }

    byte[] serverKey(int ordinal) {
        return serverKeys.key(ordinal);
    }

    byte[] flowKey(OpenAttempt attempt) {
        return flows.key(attempt.flow());
    }
}
