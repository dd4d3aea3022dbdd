package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.replay.Client;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Replayer;
import io.ghostmap.replay.Unattached;
import io.ghostmap.traffic.Reply;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sockets that pass no program of the load balancer, as the capture shows them: SYNs to services' own addresses without an
 * answer, on a node on which no program is attached to the root. An answer would show that packets are translated one by one.
 *
 * @param raw those addresses
 * @param hooks forward hooks that have programs of the load balancer; none of them is the root's
 * @param replays a connect to each of the addresses from a socket beside those hooks
 */
record Bypass(List<CorrelatedDestination> raw, List<Hook> hooks, List<Replay> replays) {

    /** Empty if a program runs at the root, or no such SYN was seen. */
    static Optional<Bypass> of(
            Evidence evidence, List<Hook> all, List<CorrelatedDestination> destinations, Replayer replayer) {
        boolean known = evidence.cgroups().treeCaptured()
                || !evidence.cgroups().effective().isEmpty();
        List<CorrelatedDestination> raw = destinations.stream()
                .filter(seen -> seen.classification() == Classification.UNTRANSLATED_FRONTEND)
                .filter(seen -> seen.appearances().stream()
                        .anyMatch(appearance -> appearance.generation().isCurrent()))
                .filter(seen -> seen.destination().reply() != Reply.ANSWERED)
                .toList();
        List<Hook> hooks = all.stream()
                .filter(hook -> hook.attachType().translatesForward())
                .filter(hook -> hook.programs().stream()
                        .anyMatch(program -> program.view().isPresent()))
                .toList();
        List<Cgroup> roots = evidence.cgroups().directories().stream()
                .filter(cgroup -> cgroup.path().equals("/"))
                .toList();
        Optional<Cgroup> root = roots.stream().findFirst();
        boolean atTheRoot = hooks.stream()
                .anyMatch(hook ->
                        roots.stream().anyMatch(cgroup -> cgroup.directory().equals(hook.cgroup())));
        return !known || raw.isEmpty() || atTheRoot
                ? Optional.empty()
                : Optional.of(new Bypass(
                        raw,
                        hooks,
                        raw.stream()
                                .map(seen -> replay(
                                        evidence, root, seen.destination().endpoint(), replayer))
                                .toList()));
    }

    private static Replay replay(Evidence evidence, Optional<Cgroup> root, Endpoint endpoint, Replayer replayer) {
        boolean captured = root.filter(cgroup -> evidence.cgroups().effective().containsKey(cgroup.inode()))
                .isPresent();
        AttachType type = endpoint.address().isV4() ? AttachType.CONNECT4 : AttachType.CONNECT6;
        Hook unattached = Hook.withoutPrograms(
                root.map(Cgroup::directory).orElse("a cgroup without programs"),
                root.map(cgroup -> OptionalLong.of(cgroup.inode())).orElse(OptionalLong.empty()),
                type,
                captured,
                root.map(cgroup -> Unattached.shownBy(evidence, cgroup, type)).orElse(List.of()));
        return replayer.replay(unattached, Frontend.external(endpoint, Protocol.TCP), Client.UNKNOWN);
    }

    /** The connect that shows it best: the first of the addresses, which are ordered by what was seen of them. */
    Replay example() {
        return replays.get(0);
    }
}
