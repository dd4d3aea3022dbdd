package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Fate;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Hooks;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Replayer;
import io.ghostmap.traffic.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that is known about one node, from claims to replays. What the rules read.
 *
 * @param replays of every frontend of every generation, at every hook that handles it
 * @param destinations what was seen on the wire, against every generation
 */
public record Case(
        Bundle bundle,
        Evidence evidence,
        Traffic traffic,
        Datapath datapath,
        List<Hook> hooks,
        List<Replay> replays,
        List<CorrelatedDestination> destinations) {

    public static Case of(Bundle bundle, Evidence evidence, Traffic traffic, Datapath datapath) {
        List<Hook> hooks = Hooks.of(evidence, datapath);
        return new Case(
                bundle,
                evidence,
                traffic,
                datapath,
                hooks,
                new Replayer(datapath).replayAll(hooks),
                Correlation.of(traffic, datapath));
    }

    /** Everything that was missing, cut or unreadable. */
    public List<Gap> gaps() {
        List<Gap> gaps = new ArrayList<>(evidence.gaps());
        gaps.addAll(datapath.gaps());
        gaps.addAll(Hooks.contradictions(evidence));
        gaps.addAll(traffic.gaps());
        return List.copyOf(gaps);
    }

    /** Replays whose outcome differs from the current generation's. */
    public List<Replay> affected() {
        return replays.stream().filter(Replay::affected).toList();
    }

    /** Replays that may have sent a connection to that address. */
    public List<Replay> leadingTo(Endpoint endpoint) {
        Fate fate = new Fate.Connects(endpoint);
        return replays.stream()
                .filter(replay -> !replay.frontend().endpoint().equals(endpoint))
                .filter(replay -> replay.outcome().contains(fate))
                .toList();
    }

    Optional<CorrelatedDestination> seen(Endpoint endpoint) {
        return destinations.stream()
                .filter(seen -> seen.destination().endpoint().equals(endpoint))
                .findFirst();
    }
}
