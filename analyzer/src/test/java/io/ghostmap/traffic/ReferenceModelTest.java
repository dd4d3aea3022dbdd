package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Attempts and replies against a model written from the definitions: an attempt is a flow and a sequence number; of the
 * segments from the server that acknowledge it, those after its latest sending with any settle it, and among them an
 * answer outweighs a refusal. A RST without ACK settles nothing.
 */
final class ReferenceModelTest {
    private static final int CASES = 300;
    private static final int PACKETS = 120;
    private static final int SYN = 0x02;
    private static final int SYN_ACK = 0x12;
    private static final int RST = 0x04;
    private static final int RST_ACK = 0x14;

    private record Segment(boolean fromClient, int client, int server, int flags, int seq, int ack) {}

    private record Attempt(int client, int server, int seq) {}

    @Test
    void attemptsSynsAndRepliesAreTheModels() {
        for (int seed = 1; seed <= CASES; seed++) {
            List<Segment> segments = segments(new SplittableRandom(seed));
            assertThat(ours(segments)).as("seed %d", seed).isEqualTo(model(segments));
        }
    }

    /** Few flows and numbers, so that retransmissions, port reuse and stray answers all come up. */
    private static List<Segment> segments(SplittableRandom random) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            int client = random.nextInt(4);
            int server = random.nextInt(3);
            int seq = random.nextInt(3) * 1_000_000_000;
            segments.add(
                    switch (random.nextInt(5)) {
                        case 4 -> new Segment(false, client, server, RST, seq, 0);
                        case 0 -> new Segment(false, client, server, SYN_ACK, 7, seq + 1);
                        case 1 -> new Segment(false, client, server, RST_ACK, 0, seq + 1);
                        default -> new Segment(true, client, server, SYN, seq, 0);
                    });
        }
        return segments;
    }

    private static Map<String, List<String>> model(List<Segment> segments) {
        Map<Attempt, Integer> syns = new LinkedHashMap<>();
        Map<Attempt, Deque<Reply>> sendings = new HashMap<>();
        for (Segment segment : segments) {
            Attempt meant = new Attempt(
                    segment.client(), segment.server(), segment.fromClient() ? segment.seq() : segment.ack() - 1);
            Deque<Reply> replies = sendings.computeIfAbsent(meant, key -> new ArrayDeque<>(List.of(Reply.UNKNOWN)));
            if (segment.fromClient()) {
                if (syns.merge(meant, 1, Integer::sum) > 1) {
                    replies.addLast(Reply.UNKNOWN);
                }
            } else if (segment.flags() != RST && replies.getLast() != Reply.ANSWERED) {
                replies.removeLast();
                replies.addLast(segment.flags() == SYN_ACK ? Reply.ANSWERED : Reply.REFUSED);
            }
        }
        Map<String, List<String>> byServer = new TreeMap<>();
        syns.forEach((attempt, count) -> byServer.computeIfAbsent(
                        "10.1.0." + attempt.server() + ":80", s -> new ArrayList<>())
                .add(attempt.client() + " " + count + " "
                        + last(sendings.getOrDefault(attempt, new ArrayDeque<>()), count)));
        return byServer;
    }

    private static Reply last(Deque<Reply> replies, int syns) {
        Iterator<Reply> latestFirst = replies.descendingIterator();
        while (latestFirst.hasNext()) {
            Reply reply = latestFirst.next();
            if (reply != Reply.UNKNOWN) {
                return reply;
            }
        }
        return syns > 1 ? Reply.NONE : Reply.UNKNOWN;
    }

    private static Map<String, List<String>> ours(List<Segment> segments) {
        PcapFile pcap = new PcapFile(PcapFile.RAW, ByteOrder.LITTLE_ENDIAN, false);
        for (int i = 0; i < segments.size(); i++) {
            Segment s = segments.get(i);
            String client = "10.0.0." + s.client();
            String server = "10.1.0." + s.server();
            byte[] packet = s.fromClient()
                    ? ip(client, server, 6, tcp(40_000, 80, s.flags(), s.seq(), s.ack(), 0))
                    : ip(server, client, 6, tcp(80, 40_000, s.flags(), s.seq(), s.ack(), 0));
            pcap.frame(i * 10L, withId(packet, i + 1));
        }
        Map<String, List<String>> byServer = new TreeMap<>();
        for (Destination destination : Captures.read(pcap).destinations()) {
            byServer.put(
                    destination.endpoint().toString(),
                    destination.attempts().stream()
                            .map(attempt ->
                                    attempt.client().address().toString().substring("10.0.0.".length()) + " "
                                            + attempt.transmissions() + " " + attempt.reply())
                            .toList());
        }
        return byServer;
    }

    private static byte[] withId(byte[] packet, int id) {
        packet[4] = (byte) (id >> 8);
        packet[5] = (byte) id;
        return packet;
    }
}
