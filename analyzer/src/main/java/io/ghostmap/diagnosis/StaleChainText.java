package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.StaleChainFacts.Witness;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Piece;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** How the facts of a stale chain are told: the title first, then in the order in which an engineer would explain them. */
final class StaleChainText {
    private static final int MAX_WITNESSES = 4;

    private final StaleChainFacts facts;
    private final Incident incident;
    private final StaleChain chain;
    private final HookProgram stale;

    StaleChainText(StaleChainFacts facts) {
        this.facts = facts;
        this.incident = facts.incident();
        this.chain = facts.chain();
        this.stale = facts.stale();
    }

    Text title() {
        Text program = Text.of(
                "program {}{}",
                Term.program(stale.programId()),
                chain.live()
                        .map(live -> Text.of(
                                ", which runs {} program {}",
                                chain.staleRunsFirst() ? Text.of("before") : Text.of("after"),
                                Term.program(live.programId())))
                        .orElse(Text.NONE));
        return facts.witnesses().stream()
                .findFirst()
                .map(witness -> seenTitle(witness, program))
                .orElseGet(() -> Text.of(
                        "A stale generation of service maps ({}) is still read by {}; {}", maps(), program, threat()));
    }

    private Text seenTitle(Witness witness, Text program) {
        return Text.of(
                "Connections to {} are sent to {}, {}, by {}",
                Text.few(Terms.frontendsOf(witness.replays())),
                Term.endpoint(witness.endpoint()),
                witness.seen().classification() == Classification.STALE_BACKEND_ONLY
                        ? Text.of("which only the stale {} knows", maps())
                        : Text.of("where only the stale {} leads them", maps()),
                program);
    }

    private Text threat() {
        if (facts.affected().isEmpty()) {
            return facts.undecided()
                    ? Text.of("it cannot be told which services it misdirects")
                    : Text.of("no frontend is misdirected by it");
        }
        return Text.of(
                "it misdirects {}, which the captured traffic does not confirm", countFrontends(facts.affected()));
    }

    Text summary() {
        boolean seen = !facts.witnesses().isEmpty();
        Text traffic = seen ? wire() : unconfirmed();
        return facts.example()
                .map(replay -> traffic.then(
                        " The current generation leads from {} to {}{}.",
                        Terms.frontend(replay.frontend()),
                        Terms.dispositions(replay.expected()),
                        seen ? Text.NONE : Text.of(", the node to {}", Terms.dispositions(replay.outcome()))))
                .orElse(traffic);
    }

    private static Text countFrontends(Collection<Replay> replays) {
        return Text.count(Terms.frontendsOf(replays).size(), "frontend", "frontends");
    }

    private Text maps() {
        return facts.staleMap()
                .map(map -> facts.isPartial()
                        ? Text.of("backends map {}", Term.map(map))
                        : Text.of("map {}", Term.map(map)))
                .orElse(Text.of("generation"));
    }

    List<Text> explanation() {
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
            paragraphs.add(unconfirmed());
        } else {
            paragraphs.add(wire());
            facts.spreads().forEach(spread -> paragraphs.add(spread.text()));
            facts.proof().ifPresent(proof -> paragraphs.add(proof.text(incident.datapath())));
        }
        paragraphs.add(Text.of(
                "tcpdump never shows the service address, because connect() is rewritten before there is a packet. {}",
                liveTools()));
        paragraphs.add(whyCleaningFails());
        paragraphs.add(whyDisablingFails());
        paragraphs.add(
                Text.of("A reboot helps because it ends every attachment; detaching the named programs does the same"
                        + " without one."));
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
                maps());
    }

    /** What is refused leaves no packet, so that a capture never speaks of it. */
    private Optional<Text> refused() {
        List<Replay> refused = facts.refused();
        return refused.stream()
                .findFirst()
                .map(first -> Text.of(
                        "Connects to {} ({}) are refused at the socket: {}. No SYN leaves, so that no capture can show them; the"
                                + " application's own log does.",
                        countFrontends(refused),
                        Text.few(Terms.frontendsOf(refused)),
                        Terms.dispositions(first.outcome().stream()
                                .filter(Disposition.Refused.class::isInstance)
                                .toList())));
    }

    private Text path(Replay replay) {
        List<Text> turns = incident.replayer().steps(replay).stream()
                .map(StaleChainText::turn)
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

    private Text wire() {
        List<Text> seen = facts.witnesses().stream()
                .limit(MAX_WITNESSES)
                .map(witness -> Text.of(
                        "{} ({} sent) to {}, {}",
                        Text.count(witness.destination().attempts().size(), "attempt", "attempts"),
                        Text.count(witness.destination().transmissions(), "SYN", "SYNs"),
                        Term.endpoint(witness.endpoint()),
                        reply(witness.destination().reply())))
                .toList();
        return Text.of(
                "The capture shows {}. On this node {} of {} end elsewhere than the current generation says.",
                Text.join("; ", seen),
                Term.number(Terms.frontendsOf(facts.affected()).size()),
                Text.count(facts.allFrontends(), "frontend", "frontends"));
    }

    private static Text reply(Reply reply) {
        return switch (reply) {
            case ANSWERED -> Text.of("answered");
            case REFUSED -> Text.of("refused with RST");
            case UNREACHABLE -> Text.of("answered with an ICMP error");
            case NONE -> Text.of("never answered");
            case UNKNOWN -> Text.of("with an outcome that the capture does not show");
        };
    }

    private Text unconfirmed() {
        return switch (facts.traffic()) {
            case CONFIRMS -> Text.NONE;
            case NOT_CAPTURED ->
                Text.of(
                        "No packet capture is in the bundle, so that the traffic neither confirms nor contradicts this.");
            case WITHOUT_SYN ->
                Text.of("The capture holds no SYN, so that the traffic neither confirms nor contradicts this.");
            case DOES_NOT_CONFIRM ->
                Text.of(
                        "None of the captured SYNs went to an address that only the stale generation leads to: the traffic"
                                + " does not confirm this. It may be that no client asked for one of the affected services in the"
                                + " window{}",
                        unseen());
        };
    }

    private Text unseen() {
        List<Replay> refused = facts.refused();
        return refused.isEmpty()
                ? Text.of(".")
                : Text.of(
                        "; and of the {} ({}) whose connects are refused at the socket no capture can show anything.",
                        countFrontends(refused),
                        Text.few(Terms.frontendsOf(refused)));
    }

    /** What the live tools said, if it was captured. */
    private Text liveTools() {
        Optional<ServiceClaim> claim = facts.example().stream()
                .flatMap(replay -> facts.claimsOf(replay).stream())
                .findFirst();
        return claim.map(listed -> Text.of(
                        "The live tools are right about the maps that they read, the pinned ones ({} names {} for {}); {}.",
                        Term.member(listed.source().file()),
                        Text.few(Terms.endpoints(listed.backends())),
                        Term.endpoint(listed.frontend()),
                        readsOtherThanThePinned()))
                .orElseGet(() -> Text.of(
                        "Live tools read the pinned maps, and {}; what they said was not captured.",
                        readsOtherThanThePinned()));
    }

    private Text readsOtherThanThePinned() {
        return facts.isPartial()
                ? Text.of(
                        "the old program reads the same services map, and looks up what its slots name in the old {}"
                                + " instead of the pinned one",
                        maps())
                : Text.of("the old program does not read those");
    }

    private Text whyCleaningFails() {
        return Text.of(
                "Cleaning Cilium's BPF state does not help here: it removes the pins of the agent's own tree and detaches"
                        + " what it finds by them (from 1.14 on; before, it left attached programs alone), and {}."
                        + " The program in turn holds the old maps, so that they outlive the files in /sys/fs/bpf.",
                holder());
    }

    private Text holder() {
        return facts.holdingLink()
                .map(link -> Text.of(
                        "link {} holds the program, and {}",
                        Term.link(link.id()),
                        link.pins().isEmpty()
                                ? Text.of(
                                        "no pin of that link was seen: a process, or a bpffs of another mount namespace,"
                                                + " keeps it")
                                : Text.of(
                                        "{} keeps that link",
                                        Text.few(link.pins().stream()
                                                .map(Term::path)
                                                .toList()))))
                .orElse(Text.of(
                        "the cgroup itself holds the program, which was attached without a link, and no pin names it"));
    }

    private Text whyDisablingFails() {
        Text start = Text.of(
                "Switching socket load balancing off does not help on such a node either: an agent (1.14 and later)"
                        + " first takes down the links that are pinned in its own place, and queries the hook for other programs"
                        + " only where there is no such pin");
        return facts.holdingLink().isPresent()
                ? start.then(
                        "; and a program that a link holds cannot be detached by that query at all. The old program"
                                + " stays, now alone.")
                : start.then(". The start that removes the pins leaves the old program in place, now alone, and every"
                        + " connect still passes through it.");
    }
}
