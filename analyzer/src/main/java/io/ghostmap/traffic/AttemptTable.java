package io.ghostmap.traffic;

import static io.ghostmap.traffic.KeyIndex.ABSENT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Folds SYNs, their replies and their ends to attempts, across captures. Memory is bounded by {@link #MAX_ATTEMPTS}
 * and {@link #MAX_SERVERS}: what comes beyond is counted per destination, and beyond those in one number.
 */
final class AttemptTable {
    /** Distinct attempts that are followed one by one. */
    static final int MAX_ATTEMPTS = 100_000;

    /** Distinct destinations that are told apart. */
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
    private final byte[] key = new byte[IpPacket.LONGEST_KEY];
    private final byte[] serverKey = new byte[IpPacket.LONGEST_KEY];
    private final Strays strays = new Strays();
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
        if (attempts.size() == MAX_ATTEMPTS) {
            server.tailSyns++;
            return;
        }
        add(open(packet, frame, length, server), packet, frame, link);
    }

    private void add(OpenAttempt attempt, IpPacket packet, Frame frame, LinkLayer link) {
        int point = points.ordinal(
                link.interfaceIndex(), frame.captureInterface().name(), link.direction(), packet.tunnel());
        attempt.addSyn(packet, files.size() - 1, frame, point, sightings);
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
            attempts.get(open).settle(Reply.ANSWERED, files.size() - 1, frame.number(), frame.nanos());
            return;
        }
        Server server = tailServer(length);
        if (server != NO_SERVER) {
            server.tailAnswers++;
        } else {
            stray(Strays.Kind.SYN_ACK, packet, packet.acknowledgement(), frame);
        }
    }

    /** A RST from either side. */
    void reset(IpPacket packet, Frame frame) {
        int ofClient = newest(packet.key(key), frame.nanos());
        if (ofClient != ABSENT) {
            attempts.get(ofClient).abort(true, frame.nanos());
            return;
        }
        boolean acknowledges = packet.has(IpPacket.FLAG_ACK);
        int number = packet.acknowledgement();
        int length = packet.reversedKey(key);
        if (!acknowledges && newest(length, frame.nanos()) != ABSENT && strays.hasRoom()) {
            stray(Strays.Kind.RESET, packet, number, frame); // its time alone tells to which attempt, once all are read
            return;
        }
        int meant = resetByServer(length, acknowledges, number, files.size() - 1, frame.number(), frame.nanos());
        Server server = meant == ABSENT ? tailServer(length) : NO_SERVER;
        if (server != NO_SERVER) {
            server.tailRefusals++;
        } else if (meant == ABSENT || (acknowledges && !attempts.get(meant).isAcknowledgedBy(number))) {
            Strays.Kind kind = acknowledges ? Strays.Kind.RESET_WITH_ACK : Strays.Kind.RESET;
            stray(kind, packet, number, frame);
        }
    }

    /**
     * A RST to a SYN acknowledges it (RFC 9293, 3.5.2); some middleboxes send one without ACK. Returns the attempt that
     * it refuses, or else the one that it may abort, or {@link KeyIndex#ABSENT}.
     */
    private int resetByServer(int length, boolean acknowledges, int number, int file, long frame, long nanos) {
        int open = acknowledges ? findAcknowledged(flows.find(key, length), number) : ABSENT;
        int meant = open == ABSENT ? newest(length, nanos) : open;
        if (meant != ABSENT) {
            attempts.get(meant).abort(false, nanos);
        }
        if (open != ABSENT || (meant != ABSENT && !acknowledges)) {
            attempts.get(meant).settle(Reply.REFUSED, file, frame, nanos);
        }
        return meant;
    }

    /**
     * A FIN of either side ends the newest attempt of its flow at its time. Only where files are read in another order
     * than time, and a port was used again in one that comes later, it can be counted to the connection before.
     */
    void fin(IpPacket packet, Frame frame) {
        if (!close(packet.key(key), true, frame.nanos()) && !close(packet.reversedKey(key), false, frame.nanos())) {
            stray(Strays.Kind.FIN, packet, 0, frame);
        }
    }

    private boolean close(int length, boolean byClient, long nanos) {
        int open = newest(length, nanos);
        if (open != ABSENT) {
            attempts.get(open).close(byClient);
        }
        return open != ABSENT;
    }

    /** An ICMP error; the packet's fields are those of the quoted segment. */
    void unreachable(IpPacket packet, Frame frame) {
        int open = find(flows.find(key, packet.key(key)), packet.sequence());
        if (open != ABSENT) {
            attempts.get(open).settle(Reply.UNREACHABLE, files.size() - 1, frame.number(), frame.nanos());
        } else {
            stray(Strays.Kind.UNREACHABLE, packet, packet.sequence(), frame);
        }
    }

    private void stray(Strays.Kind kind, IpPacket packet, int number, Frame frame) {
        strays.add(kind, key, packet.key(key), number, files.size() - 1, frame);
    }

    /**
     * Tries again what came before its SYN was read, of which a capture that was read in the order of time has none; and
     * gives each RST without a number to the attempt before it.
     */
    void settleStrays() {
        for (Strays.Stray stray : strays.all()) {
            settle(stray, stray.key().length);
        }
    }

    private void settle(Strays.Stray stray, int length) {
        boolean fromServer = stray.kind() != Strays.Kind.UNREACHABLE;
        System.arraycopy(stray.key(), 0, key, 0, length);
        if (stray.kind() == Strays.Kind.FIN && close(length, true, stray.nanos())) {
            return;
        }
        boolean reset = stray.kind() == Strays.Kind.RESET || stray.kind() == Strays.Kind.RESET_WITH_ACK;
        int ofClient = reset ? newest(length, stray.nanos()) : ABSENT;
        if (ofClient != ABSENT) {
            attempts.get(ofClient).abort(true, stray.nanos());
            return;
        }
        if (fromServer) {
            FlowKey.reverse(stray.key(), length, key);
        }
        switch (stray.kind()) {
            case SYN_ACK -> settle(stray, findAcknowledged(flows.find(key, length), stray.number()), Reply.ANSWERED);
            case UNREACHABLE -> settle(stray, find(flows.find(key, length), stray.number()), Reply.UNREACHABLE);
            case FIN -> close(length, false, stray.nanos());
            case RESET, RESET_WITH_ACK -> {
                boolean acknowledges = stray.kind() == Strays.Kind.RESET_WITH_ACK;
                int open = acknowledges ? findAcknowledged(flows.find(key, length), stray.number()) : ABSENT;
                if (open == ABSENT || isBehind(stray, open)) {
                    resetByServer(length, acknowledges, stray.number(), stray.file(), stray.frame(), stray.nanos());
                }
            }
        }
    }

    /** What stands before the SYN in time replies to something else. */
    private boolean isBehind(Strays.Stray stray, int open) {
        return stray.nanos() >= attempts.get(open).firstNanos();
    }

    private void settle(Strays.Stray stray, int open, Reply reply) {
        if (open != ABSENT && isBehind(stray, open)) {
            attempts.get(open).settle(reply, stray.file(), stray.frame(), stray.nanos());
        }
    }

    /** Whether a reply may have missed its SYN because there were too many of them. */
    boolean lostStrays() {
        return strays.full();
    }

    /** The attempt of the flow that was the newest at that time. */
    private int newest(int length, long nanos) {
        int flow = flows.find(key, length);
        int at = flow == ABSENT ? ABSENT : newestOfFlow[flow];
        int newest = ABSENT;
        for (int i = 0; i < MAX_COMPARED && at != ABSENT; i++) {
            long first = attempts.get(at).firstNanos();
            if (first <= nanos
                    && (newest == ABSENT || first > attempts.get(newest).firstNanos())) {
                newest = at;
            }
            at = attempts.get(at).previous();
        }
        return newest;
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

    private int findAcknowledged(int flow, int acknowledgement) {
        int at = flow == ABSENT ? ABSENT : newestOfFlow[flow];
        for (int i = 0; i < MAX_COMPARED && at != ABSENT; i++) {
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
        int ordinal = attempts.size() < MAX_ATTEMPTS
                ? ABSENT
                : serverKeys.find(serverKey, FlowKey.server(key, length, serverKey));
        boolean tailed = ordinal != ABSENT && servers.get(ordinal).tailSyns > 0;
        return tailed ? servers.get(ordinal) : NO_SERVER;
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
