package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The places in the bundle where the facts of a stale chain are. */
final class StaleChainCitations {
    private static final int MAX_FRAMES = 6;

    private final StaleChainFacts facts;
    private final Incident incident;
    private final StaleChain chain;

    StaleChainCitations(StaleChainFacts facts) {
        this.facts = facts;
        this.incident = facts.incident();
        this.chain = facts.chain();
    }

    List<Citation> supporting() {
        List<Citation> citations = new ArrayList<>();
        chain.lead().programs().forEach(program -> citations.add(program.source()));
        chain.lead().programs().stream()
                .flatMap(program -> program.view().stream())
                .forEach(view -> citations.add(view.program().source()));
        facts.staleMap()
                .flatMap(incident.datapath()::generation)
                .ifPresent(generation -> generation.reasons().forEach(reason -> citations.add(reason.source())));
        facts.holdingLink().ifPresent(link -> citations.add(link.source()));
        facts.example().ifPresent(replay -> {
            incident.replayer().steps(replay).forEach(step -> citations.addAll(step.entries()));
            facts.claimsOf(replay).forEach(claim -> citations.add(claim.source()));
        });
        facts.witnesses().stream()
                .filter(witness -> witness.target() == Witness.Target.GONE)
                .limit(1)
                .forEach(witness -> citations.add(slicesWithout(witness)));
        facts.proof().ifPresent(proof -> citations.addAll(proof.citations()));
        for (Witness witness : facts.witnesses()) {
            witness.destination().attempts().stream()
                    .flatMap(Citations::syns)
                    .limit(MAX_FRAMES)
                    .forEach(citations::add);
            chain.translationsTo(witness.endpoint(), incident).stream()
                    .limit(1)
                    .forEach(entry -> citations.add(entry.source()));
        }
        return citations.stream().distinct().toList();
    }

    private Citation slicesWithout(Witness witness) {
        int all = incident.evidence().kubernetes().endpoints().size();
        return new Citation(
                Artifact.of(ArtifactKind.KUBERNETES_SLICES).name(),
                "all endpoints",
                all + " addresses, not " + witness.endpoint().address());
    }

    List<Citation> contradicting() {
        List<Citation> citations = new ArrayList<>();
        if (!chain.lead().captured()) {
            citations.add(new Citation(
                    Artifact.of(ArtifactKind.CGROUP_EFFECTIVES).name(),
                    "absent",
                    "the run order is computed, not the kernel's own"));
        }
        citations.addAll(incident.evidence().bpf().drift());
        facts.example().ifPresent(replay -> answeredAsExpected(replay).forEach(citations::add));
        return citations;
    }

    /** Answered connections to the right backends: of other clients, or from another cgroup. */
    private Stream<Citation> answeredAsExpected(Replay replay) {
        return replay.expected().stream()
                .filter(disposition -> !replay.outcome().contains(disposition))
                .flatMap(disposition -> incident.destinations().stream()
                        .filter(seen ->
                                new Disposition.Connects(seen.destination().endpoint()).equals(disposition)))
                .flatMap(seen -> seen.destination().attempts().stream())
                .filter(attempt -> attempt.reply() == Reply.ANSWERED)
                .flatMap(attempt -> Citations.syns(attempt).limit(1))
                .limit(MAX_FRAMES);
    }
}
