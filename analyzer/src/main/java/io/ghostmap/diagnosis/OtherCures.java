package io.ghostmap.diagnosis;

import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/** Why the live tools see nothing of a stale chain, and why what is usually tried first does not end it. */
final class OtherCures {
    private final StaleChainFacts facts;
    private final Text maps;

    private OtherCures(StaleChainFacts facts, Text maps) {
        this.facts = facts;
        this.maps = maps;
    }

    /** A paragraph for each; {@code maps} names what the stale program reads. */
    static List<Text> of(StaleChainFacts facts, Text maps) {
        OtherCures cures = new OtherCures(facts, maps);
        return List.of(
                Text.of(
                        "tcpdump never shows the service address, because connect() is rewritten before there is a packet. {}",
                        cures.liveTools()),
                cures.whyCleaningFails(),
                cures.whyDisablingFails(),
                Text.of("A reboot helps because it ends every attachment; detaching the named programs does the same"
                        + " without one."));
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
                        maps)
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
