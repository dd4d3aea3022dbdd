package io.ghostmap.traffic;

import static io.ghostmap.traffic.KeyIndex.ABSENT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Folds SYNs, their replies and their ends to attempts, across captures. Memory is bounded by {@link #MOST_ATTEMPTS}
 * and {@link #MOST_SERVERS}: what comes beyond is counted per destination, and beyond those in one number.
 */
final class AttemptTable {
    /** Distinct attempts that are followed one by one. */
    static final int MOST_ATTEMPTS = 100_000;

    /** Distinct destinations that are told apart. */
    static final int MOST_SERVERS = 120_000;

    /** Attempts of one flow that a packet is compared with, newest first: a flow of millions costs no more. */
    private static final int MOST_COMPARED = 16;

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

    private final KeyIndex flows = new KeyIndex(MOST_ATTEMPTS);
    private int[] newestOfFlow = new int[1 << 10];
    private final List<OpenAttempt> attempts = new ArrayList<>();
    private final KeyIndex serverKeys = new KeyIndex(MOST_SERVERS);
    private final List<Server> servers = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final PassageIndex passages = new PassageIndex();
    private final SightingLog sightings = new SightingLog();
    private final byte[] key = new byte[IpPacket.LONGEST_KEY];
    private final byte[] serverKey = new byte[IpPacket.LONGEST_KEY];
    private long untracked;

    /** What follows stands in that file. */
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
        if (attempts.size() == MOST_ATTEMPTS) {
            server.tailSyns++;
            return;
        }
        add(open(packet, frame, length, server), packet, frame, link);
    }

    private void add(OpenAttempt attempt, IpPacket packet, Frame frame, LinkLayer link) {
        int passage = passages.ordinal(
                link.interfaceIndex(), frame.captureInterface().name(), link.direction(), packet.tunnel());
        attempt.addSyn(packet, files.size() - 1, frame, passage, sightings);
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
    void synAck(IpPacket packet, Frame frame) {
        int length = packet.reversedKey(key);
        int open = findAcknowledged(flows.find(key, length), packet.acknowledgement());
        if (open != ABSENT) {
            attempts.get(open).settle(Reply.ANSWERED, files.size() - 1, frame);
        } else {
            Server server = tailServer(length);
            if (server != NO_SERVER) {
                server.tailAnswers++;
            }
        }
    }

    /** A RST from either side. */
    void reset(IpPacket packet, Frame frame) {
        int ofClient = newest(packet.key(key));
        if (ofClient != ABSENT) {
            attempts.get(ofClient).abort(true);
            return;
        }
        int length = packet.reversedKey(key);
        int flow = flows.find(key, length);
        if (flow == ABSENT) {
            Server server = tailServer(length);
            if (server != NO_SERVER) {
                server.tailRefusals++;
            }
            return;
        }
        // A RST to a SYN acknowledges it (RFC 9293, 3.5.2); some middleboxes send one without ACK.
        int open = packet.has(IpPacket.FLAG_ACK) ? findAcknowledged(flow, packet.acknowledgement()) : ABSENT;
        OpenAttempt newest = attempts.get(newestOfFlow[flow]);
        OpenAttempt meant = open == ABSENT ? newest : attempts.get(open);
        if (meant.isAnswered()) {
            meant.abort(false);
        } else if (open != ABSENT || !packet.has(IpPacket.FLAG_ACK)) {
            meant.settle(Reply.REFUSED, files.size() - 1, frame);
        }
    }

    void fin(IpPacket packet) {
        int ofClient = newest(packet.key(key));
        if (ofClient != ABSENT) {
            attempts.get(ofClient).close(true);
            return;
        }
        int ofServer = newest(packet.reversedKey(key));
        if (ofServer != ABSENT) {
            attempts.get(ofServer).close(false);
        }
    }

    /** An ICMP error; the packet's fields are those of the quoted segment. */
    void unreachable(IpPacket packet, Frame frame) {
        int open = find(flows.find(key, packet.key(key)), packet.sequence());
        if (open != ABSENT) {
            attempts.get(open).settle(Reply.UNREACHABLE, files.size() - 1, frame);
        }
    }

    private int newest(int length) {
        int flow = flows.find(key, length);
        return flow == ABSENT ? ABSENT : newestOfFlow[flow];
    }

    private int find(int flow, int sequence) {
        int at = flow == ABSENT ? ABSENT : newestOfFlow[flow];
        for (int i = 0; i < MOST_COMPARED && at != ABSENT; i++) {
            if (attempts.get(at).sequence() == sequence) {
                return at;
            }
            at = attempts.get(at).previous();
        }
        return ABSENT;
    }

    private int findAcknowledged(int flow, int acknowledgement) {
        int at = flow == ABSENT ? ABSENT : newestOfFlow[flow];
        for (int i = 0; i < MOST_COMPARED && at != ABSENT; i++) {
            if (attempts.get(at).isAcknowledgedBy(acknowledgement)) {
                return at;
            }
            at = attempts.get(at).previous();
        }
        return ABSENT;
    }

    private static final Server NO_SERVER = new Server(SamplePacket.NONE);

    /** The server of the flow in {@link #key}, when attempts to it may not have been followed. */
    private Server tailServer(int length) {
        int ordinal = attempts.size() < MOST_ATTEMPTS
                ? ABSENT
                : serverKeys.find(serverKey, FlowKey.server(key, length, serverKey));
        boolean tailed = ordinal != ABSENT && servers.get(ordinal).tailSyns > 0;
        return tailed ? servers.get(ordinal) : NO_SERVER;
    }

    String file(int ordinal) {
        return files.get(ordinal);
    }

    PassageIndex passages() {
        return passages;
    }

    SightingLog sightings() {
        return sightings;
    }

    /** SYNs to destinations beyond {@link #MOST_SERVERS}. */
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
