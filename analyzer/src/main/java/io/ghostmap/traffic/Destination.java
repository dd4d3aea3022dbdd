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
 * @param syns frames with a SYN to it: what {@code tcpdump -r} and tshark count
 * @param transmissions SYNs sent, without their copies on other interfaces
 * @param replies attempts by their reply
 * @param packet the first SYN as pcap4j decodes it, for people
 */
public record Destination(
        Endpoint endpoint,
        List<ConnectionAttempt> attempts,
        long syns,
        long transmissions,
        SortedMap<Reply, Integer> replies,
        SortedSet<IpAddress> clients,
        SortedSet<String> paths,
        List<FrameRef> frames,
        String packet) {

    static Destination of(Endpoint endpoint, List<ConnectionAttempt> attempts, String packet, int mostFrames) {
        SortedMap<Reply, Integer> replies = new TreeMap<>();
        SortedSet<IpAddress> clients = new TreeSet<>();
        SortedSet<String> paths = new TreeSet<>();
        for (ConnectionAttempt attempt : attempts) {
            replies.merge(attempt.reply(), 1, Integer::sum);
            clients.add(attempt.client().address());
            paths.addAll(attempt.paths());
        }
        return new Destination(
                endpoint,
                List.copyOf(attempts),
                attempts.stream().mapToLong(ConnectionAttempt::syns).sum(),
                attempts.stream().mapToLong(ConnectionAttempt::transmissions).sum(),
                Collections.unmodifiableSortedMap(replies),
                Collections.unmodifiableSortedSet(clients),
                Collections.unmodifiableSortedSet(paths),
                attempts.stream()
                        .flatMap(attempt -> attempt.frames().stream())
                        .limit(mostFrames)
                        .toList(),
                packet);
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
}
