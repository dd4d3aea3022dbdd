package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that went to one address and port over TCP.
 *
 * @param attempts those that were followed one by one, in the order of their first frame
 * @param tail what came beyond their bound
 * @param syns frames with a SYN to it: what {@code tcpdump -r} and tshark count; the tail's included
 * @param transmissions SYNs sent, without their copies on other interfaces; of followed attempts
 * @param replies followed attempts by their reply
 * @param states followed attempts by Zeek's connection state, where the capture allows it
 * @param frames the first few, to cite
 */
public record Destination(
        Endpoint endpoint,
        List<ConnectionAttempt> attempts,
        Tail tail,
        long syns,
        long transmissions,
        SortedMap<Reply, Integer> replies,
        SortedMap<ConnectionState, Integer> states,
        SortedSet<IpAddress> clients,
        SortedSet<String> paths,
        List<FrameRef> frames,
        SamplePacket sample) {
    private static final int MOST_FRAMES = 12;

    static Destination of(Endpoint endpoint, List<ConnectionAttempt> attempts, Tail tail, SamplePacket sample) {
        SortedMap<Reply, Integer> replies = new TreeMap<>();
        SortedMap<ConnectionState, Integer> states = new TreeMap<>();
        SortedSet<IpAddress> clients = new TreeSet<>();
        SortedSet<String> paths = new TreeSet<>();
        for (ConnectionAttempt attempt : attempts) {
            replies.merge(attempt.reply(), 1, Integer::sum);
            attempt.state().ifPresent(state -> states.merge(state, 1, Integer::sum));
            clients.add(attempt.client().address());
            paths.addAll(attempt.paths());
        }
        return new Destination(
                endpoint,
                List.copyOf(attempts),
                tail,
                attempts.stream().mapToLong(ConnectionAttempt::syns).sum() + tail.syns(),
                attempts.stream().mapToLong(ConnectionAttempt::transmissions).sum(),
                Collections.unmodifiableSortedMap(replies),
                Collections.unmodifiableSortedMap(states),
                Collections.unmodifiableSortedSet(clients),
                Collections.unmodifiableSortedSet(paths),
                attempts.stream()
                        .flatMap(attempt -> attempt.frames().stream())
                        .limit(MOST_FRAMES)
                        .toList(),
                sample);
    }

    /** The reply that most attempts had; of two as frequent, the worse. */
    public Reply reply() {
        Reply most = Reply.UNKNOWN;
        int count = 0;
        for (var entry : replies.entrySet()) {
            if (entry.getValue() >= count) {
                most = entry.getKey();
                count = entry.getValue();
            }
        }
        return most;
    }

    /** The first SYN as pcap4j decodes it, for people; decoded when asked for. */
    public String packet() {
        return sample.describe();
    }

    /** Time of the first SYN, 0 where only the tail has any. */
    public long firstNanos() {
        return attempts.stream().mapToLong(ConnectionAttempt::firstNanos).min().orElse(0);
    }

    /** Time of the last SYN, 0 where only the tail has any. */
    public long lastNanos() {
        return attempts.stream().mapToLong(ConnectionAttempt::lastNanos).max().orElse(0);
    }
}
