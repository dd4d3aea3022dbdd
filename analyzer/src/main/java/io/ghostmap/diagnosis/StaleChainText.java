package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.StaleChainFacts.Witness;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import java.util.Collection;
import java.util.List;

/** What a stale chain does to connections, in a title and a summary; and what the captured traffic says of it. */
final class StaleChainText {
    private static final int MAX_WITNESSES = 4;

    private final StaleChainFacts facts;
    private final StaleChain chain;
    private final HookProgram stale;

    StaleChainText(StaleChainFacts facts) {
        this.facts = facts;
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

    static Text countFrontends(Collection<Replay> replays) {
        return Text.count(Terms.frontendsOf(replays).size(), "frontend", "frontends");
    }

    Text maps() {
        return facts.staleMap()
                .map(map -> facts.isPartial()
                        ? Text.of("backends map {}", Term.map(map))
                        : Text.of("map {}", Term.map(map)))
                .orElse(Text.of("generation"));
    }

    Text wire() {
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

    Text unconfirmed() {
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
}
