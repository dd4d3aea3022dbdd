package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.diagnosis.wire.Journeys;
import io.ghostmap.evidence.AgentOptions;
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
import java.util.Set;
import java.util.SortedMap;

/**
 * Sockets that pass no program of the load balancer, as the capture shows them: SYNs to services' own addresses without an
 * answer, on a node on which no program is attached to the root. An answer would show that packets are translated one by one.
 *
 * @param raw those addresses, with the attempts that failed
 * @param hooks forward hooks that have programs of the load balancer; none of them is the root's
 * @param replays a connect to each of the addresses from a socket beside those hooks
 */
record Bypass(List<Raw> raw, List<Hook> hooks, List<Replay> replays) {

    /** A service's own address, and the attempts to it that left untranslated and got no answer. */
    record Raw(CorrelatedDestination seen, List<Journey> attempts) {
        boolean isSilent() {
            return attempts.stream()
                    .allMatch(attempt -> attempt.asked().reply() == Reply.NONE
                            || attempt.asked().reply() == Reply.UNREACHABLE);
        }
    }

    /** Empty if a program runs at the root, or no such SYN was seen. */
    static Optional<Bypass> of(
            Evidence evidence,
            List<Hook> all,
            List<CorrelatedDestination> destinations,
            Replayer replayer,
            Journeys journeys) {
        AgentOptions options = evidence.agent().options();
        if (options.socketLb() == AgentOptions.Setting.OFF
                && options.kubeProxyReplacement() != AgentOptions.Setting.ON) {
            return Optional.empty(); // the programs at the devices translate, for every client
        }
        boolean known = evidence.cgroups().treeCaptured()
                || !evidence.cgroups().effective().isEmpty();
        List<Raw> raw = destinations.stream()
                .filter(seen -> seen.classification() == Classification.UNTRANSLATED_FRONTEND)
                .filter(seen -> seen.appearances().stream()
                        .anyMatch(appearance -> appearance.generation().isCurrent()))
                .map(seen -> new Raw(seen, untranslated(seen, journeys, options.hostNetworkOnly())))
                .filter(found -> !found.attempts.isEmpty())
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
                                .map(found -> replay(
                                        evidence, root, found.seen.destination().endpoint(), replayer))
                                .toList()));
    }

    /**
     * Attempts that failed under the address that the client asked for. Those from outside pass no socket of this node, and
     * those of pods need not if only the host's sockets are translated. Of attempts whose reply is not known, one that failed
     * has to be among them, or none that succeeded.
     */
    private static List<Journey> untranslated(CorrelatedDestination seen, Journeys journeys, boolean hostNetworkOnly) {
        SortedMap<Reply, Integer> replies = seen.destination().replies();
        boolean onlyAnswered = replies.keySet().equals(Set.of(Reply.ANSWERED));
        boolean unclear = replies.containsKey(Reply.ANSWERED) && replies.containsKey(Reply.UNKNOWN);
        if (onlyAnswered) {
            return List.of();
        }
        return seen.destination().attempts().stream()
                .filter(attempt -> attempt.reply() != Reply.ANSWERED)
                .filter(attempt -> !unclear || attempt.reply() != Reply.UNKNOWN)
                .filter(attempt -> attempt.rewrite().isEmpty())
                .map(journeys::of)
                .filter(journey -> switch (journey.origin()) {
                    case NODE, NOT_KNOWN -> true;
                    case POD -> !hostNetworkOnly;
                    case OUTSIDE -> false;
                })
                .toList();
    }

    /** Whether all of them were the node's own processes. */
    boolean isOfTheNode() {
        return raw.stream()
                .flatMap(found -> found.attempts.stream())
                .allMatch(attempt -> attempt.origin() == Journey.Origin.NODE);
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
