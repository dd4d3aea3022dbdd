package io.ghostmap.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the HTML template is given: the report and the two drawings made from it. Public, like its parts, because
 * FreeMarker reads only public classes.
 *
 * @param path null when nothing was replayed
 * @param affected the replays that end elsewhere than the current generation says
 * @param named whether a reverse hook names the peer of any of them
 * @param style the style sheet, and its digest for the content security policy
 */
public record Page(
        Report report,
        @Nullable ConnectionPath path,
        GenerationMatrix matrix,
        List<Report.Replay> affected,
        int furtherAffected,
        boolean named,
        String style,
        String styleDigest) {

    private static final int MAX_AFFECTED = 200;

    static Page of(Report report, String style, String styleDigest) {
        List<Report.Replay> affected =
                report.replays().stream().filter(Report.Replay::affected).toList();
        return new Page(
                report,
                ConnectionPath.of(report).orElse(null),
                GenerationMatrix.of(report),
                affected.stream().limit(MAX_AFFECTED).toList(),
                Math.max(0, affected.size() - MAX_AFFECTED),
                affected.stream().anyMatch(replay -> !replay.peerNames().isEmpty()),
                style,
                styleDigest);
    }
}
