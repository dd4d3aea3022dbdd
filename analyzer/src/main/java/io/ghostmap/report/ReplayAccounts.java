package io.ghostmap.report;

import io.ghostmap.diagnosis.Incident;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Runs replays again, program by program: those of a report, or those that answer one question. */
final class ReplayAccounts {
    private final Incident incident;
    private final Set<Replay> examples;
    private final Optional<String> cgroup;

    /** SYN frames by destination: asked for each possible end of every replay. */
    private final Map<Endpoint, Long> syns = new HashMap<>();

    private ReplayAccounts(Incident incident, Set<Replay> examples, Optional<String> cgroup) {
        this.incident = incident;
        this.examples = examples;
        this.cgroup = cgroup;
        incident.destinations()
                .forEach(seen -> syns.merge(
                        seen.destination().endpoint(), seen.destination().syns(), Long::sum));
    }

    /** {@code examples} are the replays that findings refer to. */
    static ReplayAccounts ofReport(Incident incident, Set<Replay> examples) {
        return new ReplayAccounts(incident, examples, Optional.empty());
    }

    /** The answer to one question, for sockets of that cgroup; without one, of the cgroup of each replay's hook. */
    static List<ReplayAccount> explain(Incident incident, List<Replay> replays, Optional<String> cgroup) {
        ReplayAccounts accounts = new ReplayAccounts(incident, Set.of(), cgroup);
        return replays.stream().map(accounts::account).toList();
    }

    List<ReplayAccount> worthNaming() {
        return incident.replays().parallelStream() // each is independent of the others; their order stays
                .filter(replay -> affected(replay) || observedSyns(replay) > 0 || examples.contains(replay))
                .map(this::account)
                .toList();
    }

    /** What another Cilium on this kernel does is not a fault of this node. */
    private boolean affected(Replay replay) {
        return replay.affected() && !incident.separate().contains(replay.hook());
    }

    /** SYN frames to the addresses to which this frontend goes. They show nothing about datagrams to the same address. */
    private long observedSyns(Replay replay) {
        if (replay.frontend().protocol() != Protocol.TCP
                || !incident.onTheWire().contains(replay)) {
            return 0;
        }
        return replay.outcome().stream()
                .mapToLong(disposition -> disposition instanceof Disposition.Connects connects
                        ? syns.getOrDefault(connects.endpoint(), 0L)
                        : 0)
                .sum();
    }

    private ReplayAccount account(Replay replay) {
        return new ReplayAccount(
                replay,
                incident.evidence().kubernetes().serviceName(replay.frontend().endpoint()),
                incident.replayer().steps(replay).stream()
                        .map(step -> turn(replay, step))
                        .toList(),
                incident
                        .replayer()
                        .peerNames(
                                replay,
                                incident.hooks(),
                                cgroup.orElse(replay.hook().cgroup()))
                        .stream()
                        .map(peer -> PeerNameAccount.of(replay, peer))
                        .toList(),
                affected(replay),
                observedSyns(replay));
    }

    private ReplayAccount.Turn turn(Replay replay, Step step) {
        return new ReplayAccount.Turn(
                step,
                Stream.of(step.servicesMap(), step.backendsMap())
                        .flatMap(Optional::stream)
                        .flatMap(id -> incident.datapath().generation(id).stream())
                        .toList(),
                sees(replay, step));
    }

    /** A program sees no address if every possible path of the connection has ended before it. */
    private static ReplayAccount.Sees sees(Replay replay, Step step) {
        if (!step.before().isEmpty()) {
            return ReplayAccount.Sees.ADDRESSES;
        }
        return replay.isOutcomeOpen() ? ReplayAccount.Sees.UNKNOWN : ReplayAccount.Sees.REFUSED;
    }
}
