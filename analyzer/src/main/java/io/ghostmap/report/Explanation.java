package io.ghostmap.report;

import io.ghostmap.bundle.Gap;
import io.ghostmap.diagnosis.Incident;
import io.ghostmap.replay.Replay;
import java.util.List;
import java.util.Optional;

/**
 * The answer to one question: what happens to a connect, or a datagram, at each hook that handles it.
 *
 * @param gaps what the bundle lacks that would show what is attached to the cgroup asked for
 */
public record Explanation(List<ReplayAccount> replays, List<Gap> gaps) {

    /** For sockets of that cgroup; without one, of the cgroup of each replay's hook. */
    public static Explanation of(Incident incident, List<Replay> replays, Optional<String> cgroup, List<Gap> gaps) {
        return new Explanation(ReplayAccounts.explain(incident, replays, cgroup), gaps);
    }

    /** Whether no captured hook handles it, so that nothing can be said. */
    public boolean isEmpty() {
        return replays.isEmpty();
    }

    /** For the terminal. */
    public String text() {
        return ExplainText.render(this);
    }
}
