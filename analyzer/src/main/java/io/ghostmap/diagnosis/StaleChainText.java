package io.ghostmap.diagnosis;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;

/** What a stale chain does to connections: headline, cause and summary, and what the captured traffic says of it. */
final class StaleChainText {
    private static final int MAX_WITNESSES = 4;

    private final StaleChainFacts facts;
    private final StaleChain chain;
    private final Names names;

    StaleChainText(StaleChainFacts facts) {
        this.facts = facts;
        this.chain = facts.chain();
        this.names = new Names(facts.incident());
    }

    /** What clients experience, or would. */
    Text headline() {
        if (!facts.witnesses().isEmpty()) {
            return experience(facts.witnesses().get(0));
        }
        if (!facts.affected().isEmpty()) {
            return Text.of("Connections to {} from {} would {}", misdirected(), place(), threat());
        }
        return facts.undecided()
                ? Text.of("Some services on {} may be sent to wrong backends", place())
                : Text.of("A stale program is attached on {} and misdirects no service", place());
    }

    private Text experience(Witness witness) {
        Text services = names.services(witness.services());
        return switch (witness.experience()) {
            case UNREACHABLE ->
                Text.of(
                        "{} {} unreachable from {}",
                        services,
                        witness.services().size() == 1 ? Text.of("is") : Text.of("are"),
                        place());
            case PARTLY_UNREACHABLE -> Text.of("Some connections to {} from {} get no answer", services, place());
            case REFUSED -> Text.of("Connections to {} from {} are refused", services, place());
            case WRONG_BACKEND -> Text.of("Connections to {} from {} reach the wrong backend", services, place());
            case MISDIRECTED -> Text.of("Connections to {} from {} go to the wrong backend", services, place());
        };
    }

    private Text place() {
        Text place = names.place(chain.lead());
        return chain.isOfInet6Only() ? place.then(" over AF_INET6 sockets") : place;
    }

    private Text threat() {
        int refused = Terms.frontendsIn(facts.refused()).size();
        if (refused == 0) {
            return Text.of("be sent to wrong backends");
        }
        return refused == facts.misdirected().size()
                ? Text.of("be refused at connect()")
                : Text.of("be refused or sent to wrong backends");
    }

    /** Which program does it, and by which map. */
    Text cause() {
        Term program = Term.program(facts.stale().programId());
        if (facts.isHarmless()) {
            return Text.of("program {} {}reads {}", program, order(), maps());
        }
        if (facts.witnesses().isEmpty()) {
            return Text.of("stale program {} {}reads {}; {}", program, order(), maps(), confirmation());
        }
        Witness witness = facts.witnesses().get(0);
        boolean one = witness.experience() == Witness.Experience.UNREACHABLE
                && witness.services().size() == 1;
        return Text.of(
                "stale program {} {}redirects {} to {}, {}",
                program,
                facts.isPartial() ? Text.of("reads {} and ", maps()) : Text.NONE,
                one ? Text.of("it") : Text.of("them"),
                Term.endpoint(witness.endpoint()),
                target(witness));
    }

    private Text target(Witness witness) {
        return switch (witness.target()) {
            case GONE -> Text.of("a backend that no longer exists");
            case OF_OTHERS -> Text.of("a backend of {}", names.services(witness.currentServices()));
            case UNLISTED -> Text.of("a backend that only {} lists", maps());
        };
    }

    /** Its place in the chain. */
    private Text order() {
        return chain.live()
                .map(live -> Text.of(
                        "runs {} current program {} and ",
                        chain.staleRunsFirst() ? Text.of("before") : Text.of("after"),
                        Term.program(live.programId())))
                .orElse(Text.NONE);
    }

    private Text confirmation() {
        return switch (facts.traffic()) {
            case CONFIRMS -> Text.of("the captured traffic confirms it");
            case NOT_CAPTURED -> Text.of("the bundle has no packet capture that could confirm it");
            case WITHOUT_SYN -> Text.of("the capture has no SYN that could confirm it");
            case DOES_NOT_CONFIRM -> Text.of("the captured traffic does not confirm it");
        };
    }

    /** What was seen, and how far it reaches. */
    Text summary() {
        if (facts.isHarmless()) {
            return Text.of("It misdirects no replayed connection.");
        }
        Text traffic = traffic();
        return facts.affected().isEmpty() ? traffic : traffic.then(" {}{}", extent(), example());
    }

    /** The one service, or how many of all. */
    private Text misdirected() {
        return facts.misdirected().size() == 1
                ? names.services(facts.misdirected())
                : Text.of(
                        "{} of {}",
                        Term.number(facts.misdirected().size()),
                        Text.count(facts.allFrontends(), "service address", "service addresses"));
    }

    private Text extent() {
        return Text.of(
                "On this node, connections to {} of {} do not go where the current maps send them.",
                Term.number(facts.misdirected().size()),
                Text.count(facts.allFrontends(), "service address", "service addresses"));
    }

    private Text example() {
        return facts.example()
                .map(replay -> Text.of(
                        " For example, connections to {} {}. With the current maps alone, they {}.",
                        names.service(replay.frontend()),
                        Terms.ends(replay.outcome()),
                        Terms.ends(replay.expected())))
                .orElse(Text.NONE);
    }

    /** The map that makes the program stale. */
    Text maps() {
        return facts.staleMap()
                .map(map -> facts.isPartial()
                        ? Text.of("stale backends map {}", Term.map(map))
                        : Text.of("stale map {}", Term.map(map)))
                .orElse(Text.of("a stale generation of maps"));
    }

    /** What the capture shows of it. */
    Text traffic() {
        return switch (facts.traffic()) {
            case CONFIRMS ->
                Text.of(
                        "The capture shows {}.",
                        Text.join(
                                "; ",
                                facts.witnesses().stream()
                                        .limit(MAX_WITNESSES)
                                        .map(StaleChainText::attempts)
                                        .toList()));
            case NOT_CAPTURED ->
                Text.of("The bundle has no packet capture, so the traffic neither confirms nor contradicts this.");
            case WITHOUT_SYN ->
                Text.of("The capture has no SYN, so the traffic neither confirms nor contradicts this.");
            case DOES_NOT_CONFIRM ->
                Text.of(
                        "No captured SYN went to an address to which only the stale program sends connections. That does not"
                                + " confirm this finding, and does not contradict it: clients may not have used an affected"
                                + " service during the capture{}.",
                        neverSeen());
        };
    }

    private static Text attempts(Witness witness) {
        return Text.of(
                "{} ({}) to {}, {}",
                Text.count(witness.destination().attempts().size(), "attempt", "attempts"),
                Text.count(witness.destination().transmissions(), "SYN", "SYNs"),
                Term.endpoint(witness.endpoint()),
                reply(witness.destination().reply()));
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

    private Text neverSeen() {
        return facts.refused().isEmpty()
                ? Text.NONE
                : Text.of(
                        ", and a connection to {} is refused at connect() and leaves no packet",
                        names.few(Terms.frontendsIn(facts.refused())));
    }
}
