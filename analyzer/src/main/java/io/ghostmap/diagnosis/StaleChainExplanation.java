package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** How a stale chain comes to misdirect connections, in the order in which an engineer would explain it. */
final class StaleChainExplanation {
    private final StaleChainFacts facts;
    private final StaleChainText text;
    private final Incident incident;
    private final StaleChain chain;
    private final Names names;

    StaleChainExplanation(StaleChainFacts facts, StaleChainText text) {
        this.facts = facts;
        this.text = text;
        this.incident = facts.incident();
        this.chain = facts.chain();
        this.names = new Names(incident);
    }

    List<Text> paragraphs() {
        List<Text> paragraphs = new ArrayList<>();
        paragraphs.add(runOrder());
        if (facts.isPartial()) {
            paragraphs.add(partial());
        }
        if (chain.isOfInet6Only()) {
            paragraphs.add(inet6());
        }
        facts.example().ifPresent(replay -> paragraphs.add(path(replay)));
        if (!facts.isHarmless()) {
            paragraphs.add(text.traffic());
        }
        if (!facts.witnesses().isEmpty()) {
            facts.spreads().forEach(spread -> paragraphs.add(spread.text(names)));
            facts.proof().ifPresent(proof -> paragraphs.add(proof.text(incident.datapath())));
        }
        refused().ifPresent(paragraphs::add);
        paragraphs.addAll(OtherCures.of(facts, names));
        return paragraphs;
    }

    private Text runOrder() {
        List<Text> programs = chain.lead().programs().stream()
                .map(program -> Text.of(
                        "program {} ({}), {}",
                        Term.program(program.programId()),
                        Term.name(NameKind.PROGRAM_NAME, program.name()),
                        reads(program)))
                .toList();
        Text order = Text.of(
                "For sockets in {} and below, the kernel runs {} at {}{}: {}.{}",
                Term.cgroup(chain.cgroup()),
                Text.count(programs.size(), "program", "programs"),
                Terms.hook(chain.lead().attachType()),
                programs.size() > 1 ? Text.of(" in this order") : Text.NONE,
                Text.join("; ", programs),
                programs.size() > 1
                        ? Text.of(" Each program sees the address that the one before it wrote.")
                        : Text.NONE);
        return chain.lead().captured()
                ? order
                : order.then(
                        " This order is computed from the attachments, because the kernel's own list was not captured.");
    }

    private Text reads(HookProgram program) {
        return chain.servicesMap(program)
                .flatMap(incident.datapath()::generation)
                .map(services -> Text.of(
                        "which reads {} services map {}{}",
                        age(services),
                        Term.map(services.mapId()),
                        backends(program)))
                .orElse(Text.of("which belongs to no load balancer that is known here, so that its effect is unknown"));
    }

    private static Text age(Generation generation) {
        return switch (generation.currency()) {
            case CURRENT -> Text.of("current");
            case NOT_CURRENT -> Text.of("stale");
            case UNKNOWN -> Text.of("undecided");
        };
    }

    /** Named only if it makes a difference: a stale program reads current services over backends that are not. */
    private Text backends(HookProgram program) {
        return program.view()
                .filter(view -> facts.isPartial())
                .flatMap(view -> view.backends(chain.family()).mapId())
                .flatMap(incident.datapath()::generation)
                .map(backends -> Text.of(" and {} backends map {}", age(backends), Term.map(backends.mapId())))
                .orElse(Text.NONE);
    }

    private Text partial() {
        return Text.of(
                "This is a partial regeneration (SLB-03): program {} finds services in the current map but their backends in"
                        + " {}. The backend ids of today's services mean other backends there. A connection therefore reaches"
                        + " a backend of another service, which may answer, or it finds no backend and is refused.",
                Term.program(facts.stale().programId()),
                text.maps());
    }

    private static Text inet6() {
        return Text.of(
                "Only AF_INET6 sockets pass this hook: IPv6 connections, and IPv4 connections to mapped addresses, as"
                        + " dual-stack programs (Java, Go) make them; those are looked up in the IPv4 maps. AF_INET sockets pass"
                        + " connect4, where no stale program runs. So a service can work for one program on this node and fail for"
                        + " another.");
    }

    /** A refused connect leaves no packet, so that no capture can show it. */
    private Optional<Text> refused() {
        List<Replay> refused = facts.refused();
        return refused.stream()
                .findFirst()
                .map(first -> Text.of(
                        "Connections to {} are refused at connect(){}{}. No packet leaves, so that no capture can show it; only the"
                                + " application's own log does.",
                        names.few(Terms.frontendsIn(refused)),
                        refused.size() > 1 ? Text.of(", for example because ") : Text.of(" because "),
                        refusals(first.outcome().stream()
                                .filter(Disposition.Refused.class::isInstance)
                                .limit(1)
                                .toList())));
    }

    private static Text refusals(Collection<Disposition> ends) {
        return Text.join(
                " or ",
                ends.stream()
                        .filter(Disposition.Refused.class::isInstance)
                        .map(Disposition.Refused.class::cast)
                        .map(refused -> Text.of(
                                "{} ({})",
                                refused.reason(),
                                Text.join(
                                        " or ",
                                        refused.errors().stream()
                                                .map(Errno::term)
                                                .toList())))
                        .toList());
    }

    private Text path(Replay replay) {
        List<Text> steps = incident.replayer().steps(replay).stream()
                .map(StaleChainExplanation::step)
                .toList();
        return Text.of(
                "When a client connects to {}, {}. With the current maps alone, such connections {}.",
                names.service(replay.frontend()),
                Text.join("; ", steps),
                Terms.ends(replay.expected()));
    }

    private static Text step(Step step) {
        Term program = Term.program(step.program().programId());
        Text before = Text.join(" or ", Terms.endpoints(step.before()));
        Text map = step.servicesMap()
                .map(id -> Text.of(" in map {}", Term.map(id)))
                .orElse(Text.NONE);
        if (!step.passes()) {
            return Text.of("program {} finds {}{} and {}", program, before, map, effect(step.after()));
        }
        return step.entries().isEmpty()
                ? Text.of("program {} finds no service for {}{} and passes it unchanged", program, before, map)
                : Text.of("program {} passes {} unchanged", program, before);
    }

    private static Text effect(List<Disposition> ends) {
        List<Endpoint> rewritten = ends.stream()
                .filter(Disposition.Connects.class::isInstance)
                .map(end -> ((Disposition.Connects) end).endpoint())
                .toList();
        if (rewritten.size() == ends.size()) {
            return Text.of("rewrites it to {}", Text.join(" or ", Terms.endpoints(rewritten)));
        }
        return ends.stream().allMatch(Disposition.Refused.class::isInstance)
                ? Text.of("refuses it: {}", refusals(ends))
                : Text.of("decides that such connections {}", Terms.ends(ends));
    }
}
