package io.ghostmap.report;

import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.Incident;
import io.ghostmap.replay.Replay;
import java.util.List;
import java.util.Optional;

/**
 * The answer to one question: what happens to a connect, or a datagram, at each hook that handles it.
 *
 * @param cgroup whose sockets were asked about, if the question says so
 * @param replays empty if no captured hook handles it, so that nothing is known
 * @param gaps what the bundle lacks to show what is attached to that cgroup
 */
public record Explanation(Frontend frontend, Optional<String> cgroup, List<ReplayAccount> replays, List<Gap> gaps) {

    /** Without a cgroup, each replay is for sockets of the cgroup of its hook. */
    public static Explanation of(
            Incident incident, Frontend frontend, Optional<String> cgroup, List<Replay> replays, List<Gap> gaps) {
        return new Explanation(frontend, cgroup, ReplayAccounts.explain(incident, replays, cgroup), gaps);
    }

    /** For the terminal. */
    public String text() {
        return ExplainText.render(this);
    }
}
