package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.diagnosis.layers.Layers;
import io.ghostmap.diagnosis.wire.Journeys;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Hooks;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Replayer;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.Traffic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ForkJoinTask;
import java.util.stream.Collectors;

/**
 * All that is known about one node, from claims to replays: what the rules read.
 *
 * @param replayer for further connects on this node
 * @param replays of every frontend of every generation, at every hook that handles it; and of {@code bypass}
 * @param affected those of them that do not go where the current generation sends them
 * @param onTheWire those of the replays that can end at an address to which the capture shows a SYN, in their order
 * @param bypass sockets that pass none of the hooks, if the capture shows any
 * @param separate hooks of another Cilium on the same kernel, which say nothing of this node
 * @param layers every frontend as Kubernetes wants it, as the agent believes it, and as the current maps hold it
 * @param journeys the attempts that failed, by what their packets met on the node
 * @param destinations what was seen on the wire, against every generation
 */
public record Incident(
        Bundle bundle,
        Evidence evidence,
        Traffic traffic,
        Datapath datapath,
        List<Hook> hooks,
        Replayer replayer,
        List<Replay> replays,
        List<Replay> affected,
        Set<Replay> onTheWire,
        List<CorrelatedDestination> destinations,
        List<Hook> separate,
        Optional<Bypass> bypass,
        Layers layers,
        Journeys journeys) {

    public static Incident of(Bundle bundle, Evidence evidence, Traffic traffic, Datapath datapath) {
        List<Hook> hooks = Hooks.of(evidence, datapath);
        Replayer replayer = new Replayer(datapath);
        ForkJoinTask<List<CorrelatedDestination>> correlation =
                ForkJoinTask.adapt(() -> Correlation.of(traffic, datapath)).fork(); // neither needs the other
        List<Replay> replays = new ArrayList<>(replayer.replayAll(hooks));
        List<CorrelatedDestination> destinations = correlation.join();
        List<Hook> separate = SecondCilium.hooks(hooks, datapath, replays, destinations);
        Journeys journeys = Journeys.of(traffic, evidence.network().interfaces());
        Optional<Bypass> bypass = Bypass.of(evidence, hooks, destinations, replayer, journeys);
        bypass.ifPresent(found -> replays.addAll(found.replays()));
        return new Incident(
                bundle,
                evidence,
                traffic,
                datapath,
                hooks,
                replayer,
                List.copyOf(replays),
                replays.stream()
                        .filter(Replay::affected)
                        .filter(replay -> !separate.contains(replay.hook()))
                        .toList(),
                onTheWire(replays, destinations),
                destinations,
                separate,
                bypass,
                Layers.of(
                        evidence.kubernetes().intent(),
                        evidence.agent().frontends(),
                        datapath,
                        bundle.manifest().map(Manifest::node).orElse("")),
                journeys);
    }

    /** Computed once: few of a large node's replays are on the wire, and each look would walk through all of its memory. */
    private static Set<Replay> onTheWire(List<Replay> replays, List<CorrelatedDestination> destinations) {
        Set<Disposition> ends = ends(destinations);
        List<Replay> found =
                replays.parallelStream().filter(replay -> replay.endsIn(ends)).toList();
        return Collections.unmodifiableSet(new LinkedHashSet<>(found));
    }

    /** What was seen on the wire, as ends of a replay. */
    static Set<Disposition> ends(List<CorrelatedDestination> destinations) {
        return destinations.stream()
                .map(seen -> new Disposition.Connects(seen.destination().endpoint()))
                .collect(Collectors.toSet());
    }

    /** Everything that was missing, cut or unreadable. */
    public List<Gap> gaps() {
        List<Gap> gaps = new ArrayList<>(evidence.gaps());
        gaps.addAll(datapath.gaps());
        gaps.addAll(Hooks.contradictions(evidence));
        gaps.addAll(traffic.gaps());
        return List.copyOf(gaps);
    }

    /** As the manifest names the node; empty if there is none. */
    String nodeName() {
        return bundle.manifest().map(Manifest::node).orElse("");
    }

    /** A pin that a command may name; empty for any other path. */
    Optional<PinPath> pin(String path) {
        return PinPath.of(path, evidence.node().bpffsMounts());
    }

    /** Attempts to that address that did not connect; silence counts only where the capture can show it. */
    List<ConnectionAttempt> failedAttempts(Endpoint endpoint) {
        return seen(endpoint)
                .map(seen -> seen.destination().attempts().stream()
                        .filter(attempt -> attempt.reply() != Reply.ANSWERED && attempt.reply() != Reply.UNKNOWN)
                        .toList())
                .orElse(List.of());
    }

    Optional<CorrelatedDestination> seen(Endpoint endpoint) {
        return destinations.stream()
                .filter(seen -> seen.destination().endpoint().equals(endpoint))
                .findFirst();
    }
}
