package io.ghostmap.diagnosis;

import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Piece;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a stale chain comes to misdirect connections, in the order in which an engineer would explain it. */
final class StaleChainExplanation {
    private final StaleChainFacts facts;
    private final StaleChainText text;
    private final Incident incident;
    private final StaleChain chain;
    private final HookProgram stale;

    StaleChainExplanation(StaleChainFacts facts, StaleChainText text) {
        this.facts = facts;
        this.text = text;
        this.incident = facts.incident();
        this.chain = facts.chain();
        this.stale = facts.stale();
    }

    List<Text> paragraphs() {
        List<Text> paragraphs = new ArrayList<>();
        paragraphs.add(runOrder());
        if (facts.isPartial()) {
            paragraphs.add(partial());
        }
        if (chain.isOfInet6Only()) {
            paragraphs.add(Text.of(
                    "Only sockets of AF_INET6 pass this hook: IPv6 connections, and IPv4 ones by mapped addresses, as"
                            + " dual-stack programs (Java, Go) make them; those are looked up in the IPv4 maps. Programs with AF_INET"
                            + " sockets pass connect4, where no stale program runs: on one node a service works for some and not"
                            + " for others."));
        }
        refused().ifPresent(paragraphs::add);
        facts.example().ifPresent(replay -> paragraphs.add(path(replay)));
        if (facts.witnesses().isEmpty()) {
            paragraphs.add(text.unconfirmed());
        } else {
            paragraphs.add(text.wire());
            facts.spreads().forEach(spread -> paragraphs.add(spread.text()));
            facts.proof().ifPresent(proof -> paragraphs.add(proof.text(incident.datapath())));
        }
        paragraphs.addAll(OtherCures.of(facts, text.maps()));
        return paragraphs;
    }

    private Text runOrder() {
        List<Text> turns = chain.lead().programs().stream()
                .map(program -> Text.of(
                        "program {} ({}, {})",
                        Term.program(program.programId()),
                        Term.name(NameKind.PROGRAM_NAME, program.name()),
                        reads(program)))
                .toList();
        Text order = Text.of(
                "At {} of {} the kernel runs {} in this order: {}. Each sees the address that the one before it wrote.",
                Terms.hook(chain.lead().attachType()),
                Term.cgroup(chain.cgroup()),
                Text.count(turns.size(), "program", "programs"),
                Text.and(turns));
        return chain.lead().captured()
                ? order
                : order.then(" The order was computed from the attachments; the kernel's own list was not captured.");
    }

    private Text reads(HookProgram program) {
        return chain.servicesMap(program)
                .flatMap(incident.datapath()::generation)
                .map(generation -> Text.of(
                        "services map {}, {}{}",
                        Term.map(generation.mapId()),
                        generation.isCurrent() ? Text.of("current") : Text.of("not current"),
                        overBackends(program)))
                .orElse(Text.of("not a load balancer's that is known, effect unknown"));
    }

    /** Said only where it makes a difference: current services over backends that are not. */
    private Text overBackends(HookProgram program) {
        return chain.staleMap(program, incident.datapath())
                .filter(map -> chain.isPartial(program, incident.datapath()))
                .map(map -> Text.of(", over backends map {}, not current", Term.map(map)))
                .orElse(Text.NONE);
    }

    private Text partial() {
        return Text.of(
                "This is a partial regeneration (SLB-03): program {} reads the current services {} over old backends ({})."
                        + " The ids in today's slots mean other backends there: a connection can reach a healthy backend of"
                        + " another service, which answers, or find no backend and be refused.",
                Term.program(stale.programId()),
                chain.servicesMap(stale)
                        .map(map -> Text.of("(map {})", Term.map(map)))
                        .orElse(Text.NONE),
                text.maps());
    }

    /** What is refused leaves no packet, so that a capture never speaks of it. */
    private Optional<Text> refused() {
        List<Replay> refused = facts.refused();
        return refused.stream()
                .findFirst()
                .map(first -> Text.of(
                        "Connects to {} ({}) are refused at the socket: {}. No SYN leaves, so that no capture can show them; the"
                                + " application's own log does.",
                        StaleChainText.countFrontends(refused),
                        Text.few(Terms.frontendsOf(refused)),
                        Terms.dispositions(first.outcome().stream()
                                .filter(Disposition.Refused.class::isInstance)
                                .toList())));
    }

    private Text path(Replay replay) {
        List<Text> turns = incident.replayer().steps(replay).stream()
                .map(StaleChainExplanation::turn)
                .toList();
        return Text.of(
                "A connect to {}: {}. The current generation alone would lead to {}.",
                Terms.frontend(replay.frontend()),
                Text.join("; ", turns),
                Terms.dispositions(replay.expected()));
    }

    private static Text turn(Step step) {
        Term program = Term.program(step.program().programId());
        Piece before = Text.few(Terms.endpoints(step.before()));
        Text map = step.servicesMap()
                .map(id -> Text.of(" in map {}", Term.map(id)))
                .orElse(Text.NONE);
        if (!step.passes()) {
            return Text.of(
                    "program {} finds {}{} and makes it {}", program, before, map, Terms.dispositions(step.after()));
        }
        return step.entries().isEmpty()
                ? Text.of("program {} finds no service{} for {} and lets it pass", program, map, before)
                : Text.of("program {} lets {} pass", program, before);
    }
}
