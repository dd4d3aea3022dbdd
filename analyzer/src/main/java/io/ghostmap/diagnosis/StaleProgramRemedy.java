package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.StaleAttachments.Attached;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * How to take a stale program off its hooks. The way of attachment decides: {@code bpftool cgroup detach} removes a
 * legacy attachment and is refused for a link, whose end needs {@code bpftool link detach} and the removal of its pin.
 */
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
            steps.addAll(remedy.detachLegacy(remedy.stale.removable(Via.LEGACY)));
            steps.addAll(remedy.detachLinks(remedy.stale.removable(Via.LINK)));
            steps.addAll(findOut(remedy.stale.removable(Via.UNKNOWN)));
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
                .ifPresent(attachment -> checks.add(new Action.ShowAttached(cgroupOf(attachment)))));
        programs.forEach(attached -> checks.add(new Action.ShowProgram(attached.program())));
        StaleAttachments.linksOf(programs).forEach(link -> checks.add(new Action.ShowLink(link.id())));
        Optional<Integer> current = chain.live().flatMap(chain::servicesMap);
        current.flatMap(incident.datapath()::generation)
                .flatMap(this::plainPin)
                .ifPresent(pin -> checks.add(new Action.ShowPinnedMap(pin)));
        return RemedyStep.reading(
                        Text.of("Confirm on the node that nothing has moved"),
                        Text.of("You are root on the node of this bundle."),
                        List.copyOf(checks))
                .then(Text.of(
                        "Go on if {}, {} still lists program {}{}{}, and each program has the map_ids of this report."
                                + " Ids are used again after a reboot: the same number may then be another object.",
                        sameBoot(),
                        Terms.hook(chain.lead().attachType()),
                        Term.program(chain.stale().programId()),
                        order(),
                        current.map(map -> Text.of(
                                        ", the services map that the agent has pinned is map {}", Term.map(map)))
                                .orElse(Text.NONE)))
                .check(Text.of("The lists equal the programs in run order of this report."));
    }

    private Text sameBoot() {
        String bootId = incident.evidence().node().bootId();
        return bootId.isEmpty()
                ? Text.of("the node has not rebooted since (the boot id was not captured: see its uptime)")
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
                .flatMap(path -> pin(path).stream())
                .findFirst();
    }

    private Optional<PinPath> pin(String path) {
        return PinPath.of(path, incident.evidence().node().bpffsMounts());
    }

    private static Action.Cgroup cgroupOf(Attachment attachment) {
        return new Action.Cgroup(attachment.cgroup(), attachment.cgroupId());
    }

    private Action.Cgroup cgroup() {
        return new Action.Cgroup(chain.cgroup(), chain.lead().cgroupId());
    }

    private List<RemedyStep> detachLegacy(List<Attached> programs) {
        if (programs.isEmpty()) {
            return List.of();
        }
        List<Action> detach = new ArrayList<>();
        programs.forEach(attached -> attached.attachment()
                .ifPresent(attachment -> detach.add(
                        new Action.DetachProgram(cgroupOf(attachment), attached.type(), attached.program()))));
        SortedSet<String> pins = stale.pinsOf(programs);
        RemedyStep step = RemedyStep.changing(
                        Text.of(
                                "Detach the stale {} (attached without a link)",
                                programs.size() == 1 ? Text.of("program") : Text.of("programs")),
                        legacyPrecondition(programs),
                        detach)
                .effect(Text.of(
                        "New connections are translated by the current generation at once. {}{}",
                        left(),
                        pins.isEmpty()
                                ? Text.of(
                                        "No pin of these programs and their maps was seen, so that the kernel frees them"
                                                + " when the last attachment goes.")
                                : Text.of("Pins keep the programs or their maps loaded until the next step.")))
                .risk(liveSockets())
                .undo(Text.of(
                        "None, unless the program is pinned: a program without a pin is freed by this. The current"
                                + " generation is not touched."))
                .check(lastCheck());
        return pins.isEmpty() ? List.of(step) : List.of(step, removePins(pins));
    }

    private static Text liveSockets() {
        return Text.of(
                "Sockets that are already connected stay where they are: clients that hold a connection to a wrong"
                        + " backend must be restarted. UDP clients that the old program translated lose the reverse translation of"
                        + " their replies until they send again.");
    }

    private Text left() {
        if (stale.left().isEmpty()) {
            return Text.NONE;
        }
        return Text.of(
                "Left attached: {}. No program of the current generation is attached there to take its place, and it finds"
                        + " nothing of sockets that the old programs no longer translate. ",
                Text.and(stale.left().stream()
                        .map(attached -> Text.of(
                                "program {} at {}", Term.program(attached.program()), Terms.hook(attached.type())))
                        .toList()));
    }

    private Text legacyPrecondition(List<Attached> programs) {
        List<Term> exclusive = programs.stream()
                .filter(stale::isExclusive)
                .map(attached -> Terms.hook(attached.type()))
                .toList();
        return exclusive.isEmpty()
                ? Text.of(
                        "The step before has shown each of these ids at its hook with the flag multi, as in this bundle.")
                : Text.of(
                        "At {} the program was attached with an exclusive flag: there the kernel detaches whatever program"
                                + " is attached, whatever id it is given. Run that line only if the step before has shown"
                                + " this id as the only program of the hook.",
                        Text.and(exclusive));
    }

    private List<RemedyStep> detachLinks(List<Attached> programs) {
        if (programs.isEmpty()) {
            return List.of();
        }
        List<BpfLink> links = StaleAttachments.linksOf(programs);
        SortedSet<String> pins = stale.pinsOf(programs);
        links.forEach(link -> pins.addAll(stale.pinsOf(link)));
        RemedyStep step = RemedyStep.changing(
                        Text.of("Detach the stale {}", links.size() == 1 ? Text.of("link") : Text.of("links")),
                        Text.of(
                                "The step before has shown that each of these links still names its stale program. bpftool"
                                        + " 5.9 or newer."),
                        links.stream()
                                .map(link -> new Action.DetachLink(link.id()))
                                .toList())
                .effect(Text.of(
                        "The programs stop at once, whoever holds the links. {}bpftool cgroup detach would be refused here"
                                + " (\"failed to detach program\"): it removes only what was attached without a link.",
                        left()))
                .risk(liveSockets())
                .undo(Text.of("None: a severed link cannot be attached again. The current generation is not touched."))
                .check(Text.of(
                        "{} bpftool link show lists the links with cgroup_id 0 until their pins are gone.",
                        lastCheck()));
        return List.of(step, removePins(pins));
    }

    /** A command only if every pin can be removed by its path: what remained would keep its object, unnoticed. */
    private RemedyStep removePins(SortedSet<String> paths) {
        List<PinPath> pins = paths.stream().flatMap(path -> pin(path).stream()).toList();
        boolean all = !pins.isEmpty() && pins.size() == paths.size();
        return RemedyStep.changing(
                        Text.of("Free what the pins still hold"),
                        all
                                ? Text.of(
                                        "The step before was taken. These paths are those of the stale links, programs and"
                                                + " maps, and not those that the agent works with.")
                                : Text.of(
                                        "The step before was taken. This bundle names no pin that could be removed by its"
                                                + " path: it lies in a bpffs of another mount namespace, or a process holds the"
                                                + " object; these commands list where to look."),
                        all
                                ? pins.stream().map(Action.RemovePin::new).toList()
                                : List.of(Action.Look.HOLDERS, Action.Look.PINS))
                .effect(Text.of("What is stale leaves the kernel: links, then programs, then maps."))
                .risk(Text.of("None once the programs are detached."))
                .undo(Text.of("Nothing to undo: what was detached served nothing."))
                .check(Text.of("bpftool link show and bpftool map show no longer list them."));
    }

    private static List<RemedyStep> findOut(List<Attached> programs) {
        if (programs.isEmpty()) {
            return List.of();
        }
        return List.of(RemedyStep.reading(
                        Text.of(
                                "Find out how the stale {} attached",
                                programs.size() == 1 ? Text.of("program is") : Text.of("programs are")),
                        Text.of(
                                "The way of attachment decides what removes a program, and this bundle does not tell it: the"
                                        + " list of links is absent, cut, or contradicts the cgroup tree."),
                        programs.stream()
                                .map(attached -> new Action.FindLinkOf(attached.program()))
                                .distinct()
                                .toList())
                .then(
                        Text.of(
                                "A link that names the program: bpftool link detach id LINK, then remove its pin. No such"
                                        + " link: bpftool cgroup detach CGROUP HOOK id PROGRAM, with the cgroup and hook of this report."))
                .check(Text.of("Each program is found in exactly one of both ways.")));
    }

    private static RemedyStep bringTheCurrentProgram() {
        return RemedyStep.reading(
                        Text.of("Do not detach yet: let the agent attach its own programs first"),
                        Text.of("No program that reads the current generation was seen on every hook of the stale ones:"
                                + " without them no service would be translated at all."),
                        List.of(Action.Look.AGENT_PODS, Action.Look.CGROUP_TREE))
                .then(Text.of(
                        "Restart the agent of this node if its programs are not there, then collect and analyze again:"
                                + " the new report names what to detach."))
                .check(Text.of("bpftool cgroup tree lists a second program at each hook."));
    }

    private RemedyStep reboot() {
        String node = incident.nodeName();
        return RemedyStep.changing(
                        Text.of("Last resort: drain and reboot the node"),
                        Text.of("The steps above could not be taken, or left the old program in place."),
                        List.of(new Action.DrainNode(node), new Action.Reboot()))
                .effect(Text.of(
                        "A reboot ends every attachment, link, pin and map; the agent then builds one generation."))
                .risk(Text.of(
                        "The node's pods are moved, save those of daemon sets, which stop until it is back; data in"
                                + " emptyDir volumes is lost, and pods without a controller make the drain fail. What this report"
                                + " rests on is gone."))
                .undo(new Action.UncordonNode(node).command())
                .check(Text.of("A new bundle, collected while a client connects, says ok."));
    }

    private Text lastCheck() {
        return Text.of(
                "{} {}; a new connect is answered, and a new bundle, collected while a client connects, says ok.",
                new Action.ShowEffective(cgroup()).command(),
                chain.live()
                        .map(live -> Text.of(
                                "lists program {} alone at {}",
                                Term.program(live.programId()),
                                Terms.hook(chain.lead().attachType())))
                        .orElse(Text.of(
                                "no longer lists program {}",
                                Term.program(chain.stale().programId()))));
    }
}
