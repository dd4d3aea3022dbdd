package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * All that went to one address and port over TCP. A capture can hold a hundred thousand attempts and two thousand
 * destinations, of which a report shows a few: what is more than a sum is built on demand.
 */
public final class Destination {
    private static final int MAX_FRAMES = 12;

    private final Endpoint endpoint;
    private final Attempts attempts;
    private final Tail tail;
    private final SamplePacket sample;
    private final long syns;
    private @Nullable AttemptSums sums;

    Destination(Endpoint endpoint, Attempts attempts, Tail tail, SamplePacket sample) {
        this.endpoint = endpoint;
        this.attempts = attempts;
        this.tail = tail;
        this.sample = sample;
        this.syns = attempts.syns() + tail.syns();
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** Those that were followed one by one, in the order of their first frame. */
    public List<ConnectionAttempt> attempts() {
        return attempts;
    }

    /** What came beyond the bound of followed attempts. */
    public Tail tail() {
        return tail;
    }

    /** Frames with a SYN to it: what {@code tcpdump -r} and tshark count; the tail's included. */
    public long syns() {
        return syns;
    }

    /** Added up once: a caller that needs one of them mostly needs all. */
    private AttemptSums sums() {
        AttemptSums known = sums;
        if (known == null) {
            known = attempts.sums();
            sums = known;
        }
        return known;
    }

    /** SYNs sent, without their copies on other interfaces; of followed attempts. */
    public long transmissions() {
        return sums().transmissions();
    }

    /** SYNs that clients sent again although an answer had passed; of followed attempts. */
    public long repeats() {
        return sums().repeats();
    }

    /** Time of the first SYN, 0 where only the tail has any. */
    public long firstNanos() {
        return sums().firstNanos();
    }

    /** Time of the last SYN, 0 where only the tail has any. */
    public long lastNanos() {
        return sums().lastNanos();
    }

    /** Followed attempts by their reply. */
    public SortedMap<Reply, Integer> replies() {
        return sums().replies();
    }

    /** The reply that most attempts had; of two as frequent, the worse. */
    public Reply reply() {
        Reply most = Reply.UNKNOWN;
        int count = 0;
        for (var entry : replies().entrySet()) {
            if (entry.getValue() >= count) {
                most = entry.getKey();
                count = entry.getValue();
            }
        }
        return most;
    }

    /** Followed attempts by Zeek's connection state, where the capture allows it. */
    public SortedMap<ConnectionState, Integer> states() {
        return sums().states();
    }

    /** Of the followed attempts. */
    public SortedSet<IpAddress> clients() {
        return attempts.clients();
    }

    /** For each followed attempt that has one: the same SYN on the other side of an address translation. */
    public List<Rewrite> rewrites() {
        return attempts.rewrites();
    }

    /** Where its SYNs passed. */
    public SortedSet<Waypoint> paths() {
        return attempts.paths();
    }

    /** The first few, to cite. */
    public List<FrameRef> frames() {
        return attempts.frames(MAX_FRAMES);
    }

    /** The first SYN as pcap4j decodes it, for people. */
    public String packet() {
        return sample.describe();
    }
}
