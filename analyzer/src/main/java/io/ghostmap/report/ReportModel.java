package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.Diagnosis;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.Incident;
import io.ghostmap.replay.Replay;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What every form of one report is rendered from: the incident and its diagnosis as typed values, and what
 * several forms need of them. {@link Report} is made from it for JSON alone.
 *
 * @param replays those that are affected, whose connections the capture shows, or that a finding refers to
 */
public record ReportModel(
        Incident incident,
        Diagnosis diagnosis,
        List<HookAccount> hooks,
        List<DestinationAccount> destinations,
        List<ReplayAccount> replays,
        BlastRadius blastRadius,
        String analyzerVersion) {

    /** How many of the frontends of any generation do not go where the current one sends them. */
    record BlastRadius(int frontends, int affected, int undecided) {}

    public static ReportModel of(Incident incident, Diagnosis diagnosis, String analyzerVersion) {
        ReplayAccounts accounts = ReplayAccounts.ofReport(
                incident,
                diagnosis.findings().stream()
                        .flatMap(finding -> finding.example().stream())
                        .collect(Collectors.toSet()));
        return new ReportModel(
                incident,
                diagnosis,
                incident.hooks().stream()
                        .map(hook -> HookAccount.of(incident, hook))
                        .toList(),
                incident.destinations().stream()
                        .map(seen ->
                                new DestinationAccount(seen, incident.evidence().kubernetes()))
                        .toList(),
                accounts.worthNaming(),
                blastRadius(incident),
                analyzerVersion);
    }

    private static BlastRadius blastRadius(Incident incident) {
        return new BlastRadius(
                frontends(incident.replays()),
                frontends(incident.affected()),
                frontends(
                        incident.replays().stream().filter(Replay::isUndecided).toList()));
    }

    private static int frontends(List<Replay> replays) {
        return (int) replays.stream().map(Replay::frontend).distinct().count();
    }

    /** The finding that decides the verdict. */
    Optional<Finding> headline() {
        return diagnosis.verdict().finding();
    }

    boolean isHeadline(Finding finding) {
        return diagnosis.verdict().finding().filter(finding::equals).isPresent();
    }

    List<Generation> generations() {
        return incident.datapath().generations();
    }

    List<ReplayAccount> affected() {
        return replays.stream().filter(ReplayAccount::affected).toList();
    }
}
