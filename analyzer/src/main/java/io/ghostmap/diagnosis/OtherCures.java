package io.ghostmap.diagnosis;

import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/** Why the live tools do not show a stale chain, and why what is usually tried first does not end it. */
final class OtherCures {
    private final StaleChainFacts facts;
    private final Names names;

    private OtherCures(StaleChainFacts facts, Names names) {
        this.facts = facts;
        this.names = names;
    }

    /** A paragraph for each. */
    static List<Text> of(StaleChainFacts facts, Names names) {
        OtherCures cures = new OtherCures(facts, names);
        return List.of(
                Text.of(
                        "tcpdump never shows the service address, because connect() is rewritten before there is a packet. {}",
                        cures.liveTools()),
                cures.whyCleaningFails(),
                cures.whyDisablingFails(),
                Text.of(
                        "A reboot helps because it ends every attachment. Detaching the stale programs has the same effect"
                                + " without a reboot."));
    }

    /** What the live tools said, if it was captured. */
    private Text liveTools() {
        Optional<ServiceClaim> claim = facts.example().stream()
                .flatMap(replay -> facts.claimsOf(replay).stream())
                .findFirst();
        return claim.map(listed -> Text.of(
                        "The agent's own list ({}) has {} for {}. That is right for the pinned maps, which it shows, but {}.",
                        Term.member(listed.source().file()),
                        Text.few(Terms.endpoints(listed.backends())),
                        facts.example()
                                .map(replay -> names.service(replay.frontend()))
                                .orElse(Text.of(Term.endpoint(listed.frontend()))),
                        otherMaps()))
                .orElseGet(() -> Text.of(
                        "The agent's own lists show the pinned maps, but {}. What they said was not captured.",
                        otherMaps()));
    }

    private Text otherMaps() {
        return facts.isPartial()
                ? Text.of("the stale program reads the same services and looks up their backends in other maps")
                : Text.of("the stale program reads others");
    }

    private Text whyCleaningFails() {
        return Text.of(
                "Cleaning Cilium's BPF state does not help. It removes the pins in the agent's own directory and detaches the"
                        + " programs that it finds through them (releases before 1.14 do not detach programs), but {}."
                        + " The program keeps the stale maps loaded, even without a file in /sys/fs/bpf.",
                holder());
    }

    private Text holder() {
        Text program = Text.of("program {}", Term.program(facts.stale().programId()));
        Optional<BpfLink> link = facts.holdingLink();
        if (link.isEmpty()) {
            List<String> pins = facts.programPins();
            return Text.of(
                    "{} was attached without a link, so that the cgroup itself holds it{}",
                    program,
                    pins.isEmpty() ? Text.NONE : Text.of("; {} pins it as well", paths(pins)));
        }
        return Text.of(
                "{} is held by link {}, {}",
                program,
                Term.link(link.get().id()),
                link.get().pins().isEmpty()
                        ? Text.of("for which no pin was seen: a process or a bpffs of another mount namespace keeps it")
                        : Text.of("which is pinned at {}", paths(link.get().pins())));
    }

    private static Text paths(List<String> paths) {
        return Text.few(paths.stream().map(Term::path).toList());
    }

    private Text whyDisablingFails() {
        return Text.of(
                "Switching socket load balancing off does not help either. The agent (from 1.14 on) first removes the links that"
                        + " are pinned in its own directory, and asks the hook for other programs only if it finds no such pin;"
                        + " {}. The stale program stays, and is then the only one.",
                facts.holdingLink().isPresent()
                        ? Text.of("and it cannot detach a program that a link holds")
                        : Text.of("the start that removes the pins therefore leaves this program attached"));
    }
}
