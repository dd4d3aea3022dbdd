package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.StaleAttachments.Attached;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How to take the stale programs of a chain off their hooks, from a reading to the last resort. */
final class StaleProgramRemedy {
    private final Incident incident;
    private final StaleChain chain;
    private final StaleAttachments stale;

    private StaleProgramRemedy(Incident incident, StaleChain chain) {
        this.incident = incident;
        this.chain = chain;
        this.stale = new StaleAttachments(incident, chain);
    }

    /** First a reading, then what removes the programs, then the reboot. */
    static List<RemedyStep> of(Incident incident, StaleChain chain) {
        StaleProgramRemedy remedy = new StaleProgramRemedy(incident, chain);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(remedy.confirm());
        if (chain.leavesCurrentPrograms(incident.datapath())) {
            steps.addAll(new DetachSteps(incident, remedy.stale, remedy.lastCheck()).all());
        } else {
            steps.add(bringTheCurrentProgram());
        }
        steps.add(remedy.reboot());
        return List.copyOf(steps);
    }

    private RemedyStep confirm() {
        Set<Action.Check> checks = new LinkedHashSet<>();
        checks.add(Action.Look.BOOT_ID);
        checks.add(new Action.ShowEffective(cgroup()));
        List<Attached> programs = stale.removable();
        programs.forEach(attached -> attached.attachment()
                .ifPresent(attachment -> checks.add(new Action.ShowAttached(Action.Cgroup.of(attachment)))));
        programs.forEach(attached -> checks.add(new Action.ShowProgram(attached.program())));
        StaleAttachments.linksOf(programs).forEach(link -> checks.add(new Action.ShowLink(link.id())));
        Optional<Integer> current = chain.live().flatMap(chain::servicesMap);
        current.flatMap(incident.datapath()::generation)
                .flatMap(this::plainPin)
                .ifPresent(pin -> checks.add(new Action.ShowPinnedMap(pin)));
        return RemedyStep.reading(
                        Text.of("Confirm that the node is still as in this report"),
                        Text.of("You are root on the node of this bundle."),
                        List.copyOf(checks))
                .then(Text.of(
                        "Go on only if {}, {} still lists program {}{}{}, and each program still has the map_ids of this report."
                                + " Ids are reused after a reboot: the same number may then belong to another object.",
                        sameBoot(),
                        Terms.hook(chain.lead().attachType()),
                        Term.program(chain.stale().programId()),
                        order(),
                        current.map(map -> Text.of(", the agent's pinned services map is still map {}", Term.map(map)))
                                .orElse(Text.NONE)))
                .check(Text.of("The lists are the same as the programs in run order in this report."));
    }

    private Text sameBoot() {
        String bootId = incident.evidence().node().bootId();
        return bootId.isEmpty()
                ? Text.of("the node has not rebooted since (its boot id was not captured: see its uptime)")
                : Text.of("the boot id is still {}", Term.quote(bootId));
    }

    private Text order() {
        return chain.live()
                .map(live -> Text.of(
                        chain.staleRunsFirst() ? " before program {}" : " after program {}",
                        Term.program(live.programId())))
                .orElse(Text.NONE);
    }

    private Optional<PinPath> plainPin(Generation generation) {
        return generation.map().pins().stream()
                .flatMap(path -> incident.pin(path).stream())
                .findFirst();
    }

    private Action.Cgroup cgroup() {
        return new Action.Cgroup(chain.cgroup(), chain.lead().cgroupId());
    }

    private static RemedyStep bringTheCurrentProgram() {
        return RemedyStep.reading(
                        Text.of("Do not detach anything yet: let the agent attach its own programs first"),
                        Text.of(
                                "Not every hook with a stale program also has a program that reads the current maps. Without the"
                                        + " stale ones, no service would be translated there at all."),
                        List.of(Action.Look.AGENT_PODS, Action.Look.CGROUP_TREE))
                .then(Text.of(
                        "If the agent's programs are missing, restart the agent of this node, then collect and analyze again:"
                                + " the new report says what to detach."))
                .check(Text.of("{} lists a second program at each hook.", Action.Look.CGROUP_TREE.command()));
    }

    private RemedyStep reboot() {
        String node = incident.nodeName();
        return RemedyStep.changing(
                        Text.of("Last resort: drain and reboot the node"),
                        Text.of("The steps above were not possible, or did not remove the stale program."),
                        List.of(new Action.DrainNode(node), new Action.Reboot()))
                .effect(Text.of(
                        "A reboot ends every attachment, link, pin and map. The agent then builds one generation."))
                .risk(Text.of(
                        "The node's pods move to other nodes; those of daemon sets stop until it is back. Data in emptyDir"
                                + " volumes is lost, and pods without a controller make the drain fail. The evidence for this"
                                + " report is lost."))
                .undo(new Action.UncordonNode(node).command())
                .check(Text.of("The report of a new bundle, collected while a client connects, says ok."));
    }

    private Text lastCheck() {
        return Text.of(
                "{} {}. A new connection is answered, and the report of a new bundle, collected while a client connects, says"
                        + " ok.",
                new Action.ShowEffective(cgroup()).command(),
                chain.live()
                        .map(live -> Text.of(
                                "lists only program {} at {}",
                                Term.program(live.programId()),
                                Terms.hook(chain.lead().attachType())))
                        .orElse(Text.of(
                                "no longer lists program {}",
                                Term.program(chain.stale().programId()))));
    }
}
