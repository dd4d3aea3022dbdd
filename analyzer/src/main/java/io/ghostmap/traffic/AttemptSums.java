package io.ghostmap.traffic;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is added up over the attempts to one destination. */
final class AttemptSums {
    private final Map<Reply, Integer> replies = new EnumMap<>(Reply.class);
    private final Map<ConnectionState, Integer> states = new EnumMap<>(ConnectionState.class);
    private long transmissions;
    private long repeats;
    private long firstNanos = Long.MAX_VALUE;
    private long lastNanos;

    void add(OpenAttempt attempt, Closing closing) {
        transmissions += attempt.transmissions();
        repeats += closing.repeats(attempt);
        firstNanos = Math.min(firstNanos, attempt.firstNanos());
        lastNanos = Math.max(lastNanos, attempt.lastNanos());
        replies.merge(closing.reply(attempt), 1, Integer::sum);
        closing.state(attempt).ifPresent(state -> states.merge(state, 1, Integer::sum));
    }

    long transmissions() {
        return transmissions;
    }

    long repeats() {
        return repeats;
    }

    /** 0 where nothing was added. */
    long firstNanos() {
        return transmissions == 0 ? 0 : firstNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    SortedMap<Reply, Integer> replies() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(replies));
    }

    SortedMap<ConnectionState, Integer> states() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(states));
    }
}
