package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Folds SYNs and their replies to attempts, across captures, in memory bounded by {@link #MOST_ATTEMPTS}. */
final class AttemptTable {
    /** Distinct attempts that are followed; further SYNs are only counted. */
    static final int MOST_ATTEMPTS = 200_000;

    private static final int MOST_FRAMES = 12;

    /** Frames of one SYN on two interfaces lie microseconds apart, retransmissions 200 ms and more. */
    private static final long COPY_WINDOW_NANOS = 100_000_000L;

    /** A capture that goes on this long behind the last SYN without a reply shows silence. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    private record Flow(Endpoint client, Endpoint server) {}

    /** An attempt in the making. */
    private static final class Open {
        private final Flow flow;
        private final long sequence;
        private final long firstNanos;
        private final List<FrameRef> frames = new ArrayList<>();
        private final TreeSet<Passage> passages = new TreeSet<>();
        private int syns;
        private int transmissions;
        private long transmissionNanos;
        private long lastNanos;
        private Reply reply = Reply.UNKNOWN;
        private Optional<FrameRef> replyFrame = Optional.empty();

        Open(Flow flow, long sequence, long nanos) {
            this.flow = flow;
            this.sequence = sequence;
            this.firstNanos = nanos;
        }

        void addSyn(FrameRef frame, long nanos, Passage passage) {
            syns++;
            if (transmissions == 0 || nanos - transmissionNanos > COPY_WINDOW_NANOS) {
                transmissions++;
                transmissionNanos = nanos;
            }
            lastNanos = Math.max(lastNanos, nanos);
            if (frames.size() < MOST_FRAMES) {
                frames.add(frame);
            }
            passages.add(passage);
        }

        /** The first reply that settles the attempt stays, save that an answer outweighs an earlier ICMP error. */
        void settle(Reply with, FrameRef frame) {
            if (reply == Reply.UNKNOWN || (reply == Reply.UNREACHABLE && with == Reply.ANSWERED)) {
                reply = with;
                replyFrame = Optional.of(frame);
            }
        }
    }

    private final Map<Flow, List<Open>> byFlow = new HashMap<>();
    private final List<Open> inOrder = new ArrayList<>();
    private final Map<Endpoint, String> packets = new HashMap<>();
    private long untracked;

    /** A frame with a SYN; {@code bytes} from {@code ipStart} to {@code end} hold its IP packet. */
    void syn(IpPacket packet, FrameRef frame, long nanos, Passage passage, byte[] bytes, int ipStart, int end) {
        Flow flow = new Flow(packet.source(), packet.destination());
        List<Open> same = byFlow.computeIfAbsent(flow, f -> new ArrayList<>(1));
        Optional<Open> known = find(same, packet.sequence());
        if (known.isEmpty() && inOrder.size() >= MOST_ATTEMPTS) {
            if (same.isEmpty()) {
                byFlow.remove(flow);
            }
            untracked++;
            return;
        }
        Open open = known.orElseGet(() -> {
            packets.computeIfAbsent(flow.server(), server -> PacketDecoder.describe(bytes, ipStart, end));
            Open fresh = new Open(flow, packet.sequence(), nanos);
            same.add(fresh);
            inOrder.add(fresh);
            return fresh;
        });
        open.addSyn(frame, nanos, passage);
    }

    /** A SYN-ACK or RST from the server; it answers the SYN whose sequence number it acknowledges. */
    void answer(IpPacket packet, Reply reply, FrameRef frame) {
        long sequence = packet.acknowledgement() - 1 & 0xffff_ffffL;
        find(new Flow(packet.destination(), packet.source()), sequence).ifPresent(open -> open.settle(reply, frame));
    }

    /** An ICMP error; the packet's fields are those of the quoted SYN. */
    void unreachable(IpPacket packet, FrameRef frame) {
        find(new Flow(packet.source(), packet.destination()), packet.sequence())
                .ifPresent(open -> open.settle(Reply.UNREACHABLE, frame));
    }

    private Optional<Open> find(Flow flow, long sequence) {
        return find(byFlow.getOrDefault(flow, List.of()), sequence);
    }

    private static Optional<Open> find(List<Open> attempts, long sequence) {
        return attempts.stream().filter(open -> open.sequence == sequence).findFirst();
    }

    long untracked() {
        return untracked;
    }

    /** The first SYN to each server as pcap4j reads it. */
    String packetTo(Endpoint server) {
        return packets.getOrDefault(server, "");
    }

    /**
     * The attempts in the order of their first frame.
     *
     * @param endNanos when the capturing ended
     * @param lossy whether the kernel dropped packets, so that silence proves nothing
     */
    List<ConnectionAttempt> close(long endNanos, boolean lossy, InterfaceNames interfaces) {
        return inOrder.stream()
                .map(open -> close(open, endNanos, lossy, interfaces))
                .toList();
    }

    private static ConnectionAttempt close(Open open, long endNanos, boolean lossy, InterfaceNames interfaces) {
        Reply reply = open.reply;
        boolean watched = open.transmissions > 1 || endNanos - open.lastNanos >= SILENCE_NANOS;
        if (reply == Reply.UNKNOWN && watched && !lossy) {
            reply = Reply.NONE;
        }
        return new ConnectionAttempt(
                open.flow.client(),
                open.flow.server(),
                open.syns,
                open.transmissions,
                open.firstNanos,
                open.lastNanos,
                reply,
                open.replyFrame,
                List.copyOf(open.frames),
                open.passages.stream()
                        .map(passage -> passage.named(interfaces))
                        .filter(path -> !path.isEmpty())
                        .toList());
    }
}
