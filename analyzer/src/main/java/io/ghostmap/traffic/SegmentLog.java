package io.ghostmap.traffic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answered and ended the attempts of each flow. It is judged only when all files have been read: which segment
 * counts depends on others that may be read later, and a capture need not have them in the order of time.
 */
final class SegmentLog {
    /** Beyond them a segment is not kept. */
    static final int MAX_SEGMENTS = 1 << 20;

    private @Nullable Segment[] newestOfFlow = new Segment[1 << 10];

    /** Flows with a SYN since their newest segment. */
    private final BitSet sentSince = new BitSet();

    private int size;
    private boolean full;

    /** The flow's client sent a SYN: a segment after it replies to that, also if it is the same as one before. */
    void syn(int flow) {
        if (flow < newestOfFlow.length && newestOfFlow[flow] != null) {
            sentSince.set(flow);
        }
    }

    void add(int flow, Segment segment) {
        if (flow >= newestOfFlow.length) {
            newestOfFlow = Arrays.copyOf(newestOfFlow, Math.max(flow + 1, 2 * newestOfFlow.length));
        }
        Segment newest = newestOfFlow[flow];
        if (newest != null && segment.repeats(newest) && !sentSince.get(flow)) {
            newest.alsoPassed(segment);
            return;
        }
        if (size == MAX_SEGMENTS) {
            full = true;
            return;
        }
        segment.follow(newest);
        newestOfFlow[flow] = segment;
        sentSince.clear(flow);
        size++;
    }

    /** Those of one flow in the order of time; of the same time in the order of reading. */
    List<Segment> ofFlow(int flow) {
        List<Segment> segments = new ArrayList<>();
        for (Segment at = flow < newestOfFlow.length ? newestOfFlow[flow] : null; at != null; at = at.before()) {
            segments.add(at);
        }
        Collections.reverse(segments);
        segments.sort(Comparator.comparingLong(Segment::nanos));
        return segments;
    }

    /** Whether some were not kept. */
    boolean full() {
        return full;
    }
}
