package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.diagnosis.StaleAttachments.Attached;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * The steps that take stale programs off their hooks. The way of attachment decides: {@code bpftool cgroup detach} removes a
 * legacy attachment and is refused for a link, whose end needs {@code bpftool link detach} and the removal of its pin.
 */
final class DetachSteps {
    private final Incident incident;
    private final StaleAttachments stale;
    private final Text lastCheck;

    /** {@code lastCheck} says by what one sees that the programs are gone. */
    DetachSteps(Incident incident, StaleAttachments stale, Text lastCheck) {
        this.incident = incident;
        this.stale = stale;
        this.lastCheck = lastCheck;
    }

    List<RemedyStep> all() {
        List<RemedyStep> steps = new ArrayList<>();
        steps.addAll(detachLegacy(stale.removable(Via.LEGACY)));
        steps.addAll(detachLinks(stale.removable(Via.LINK)));
        steps.addAll(findOut(stale.removable(Via.UNKNOWN)));
        return steps;
    }

    private List<RemedyStep> detachLegacy(List<Attached> programs) {
        if (programs.isEmpty()) {
            return List.of();
        }
        List<Action> detach = new ArrayList<>();
        programs.forEach(attached -> attached.attachment()
                .ifPresent(attachment -> detach.add(
                        new Action.DetachProgram(Action.Cgroup.of(attachment), attached.type(), attached.program()))));
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
                .check(lastCheck);
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
                        "{} bpftool link show lists the links with cgroup_id 0 until their pins are gone.", lastCheck));
        return List.of(step, removePins(pins));
    }

    /** A command only if every pin can be removed by its path: what remained would keep its object, unnoticed. */
    private RemedyStep removePins(SortedSet<String> paths) {
        List<PinPath> pins =
                paths.stream().flatMap(path -> incident.pin(path).stream()).toList();
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
}
