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
                                "Detach the stale {}",
                                programs.size() == 1
                                        ? Text.of("program, which is attached without a link")
                                        : Text.of("programs, which are attached without links")),
                        legacyPrecondition(programs),
                        detach)
                .effect(Text.of(
                        "New connections are translated by the current program at once. {}{}",
                        left(),
                        pins.isEmpty()
                                ? Text.of(
                                        "No pin of these programs or their maps was seen, so the kernel frees them when they"
                                                + " are detached.")
                                : Text.of("Pins keep these programs or their maps loaded until the next step.")))
                .risk(liveSockets())
                .undo(
                        pins.isEmpty()
                                ? Text.of(
                                        "None: the kernel frees a program without a pin when it is detached. The current"
                                                + " generation is not touched.")
                                : Text.of("Only while a pin keeps the program: attach it again by the pin. The current"
                                        + " generation is not touched."))
                .check(lastCheck);
        return pins.isEmpty() ? List.of(step) : List.of(step, removePins(pins));
    }

    private static Text liveSockets() {
        return Text.of(
                "Sockets that are already connected are not changed: restart clients that hold a connection to a wrong"
                        + " backend. UDP clients that the stale program translated see replies from the backend's own address until they"
                        + " send again.");
    }

    private Text left() {
        if (stale.left().isEmpty()) {
            return Text.NONE;
        }
        boolean one = stale.left().size() == 1;
        return Text.of(
                "{} {} attached: no current program would take {} place, and {} nothing for sockets that the stale programs no"
                        + " longer translate. ",
                Text.and(stale.left().stream()
                        .map(attached -> Text.of(
                                "Program {} at {}", Term.program(attached.program()), Terms.hook(attached.type())))
                        .toList()),
                one ? Text.of("stays") : Text.of("stay"),
                one ? Text.of("its") : Text.of("their"),
                one ? Text.of("it does") : Text.of("they do"));
    }

    private Text legacyPrecondition(List<Attached> programs) {
        List<Term> exclusive = programs.stream()
                .filter(stale::isExclusive)
                .map(attached -> Terms.hook(attached.type()))
                .toList();
        return exclusive.isEmpty()
                ? Text.of(
                        "The first step has shown each of these ids at its hook with the flag multi, as in this bundle.")
                : Text.of(
                        "At {} the program is attached with an exclusive flag. There the kernel detaches whatever program is"
                                + " attached, whatever id it is given. Run that line only if the first step has shown this id as"
                                + " the only program of the hook.",
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
                                "The first step has shown that each of these links still names its stale program, and bpftool is"
                                        + " 5.9 or newer."),
                        links.stream()
                                .map(link -> new Action.DetachLink(link.id()))
                                .toList())
                .effect(Text.of(
                        "The programs stop at once, even if a process or a pin still holds the links. {}bpftool cgroup detach"
                                + " would be refused here (\"failed to detach program\"): it removes only what was attached"
                                + " without a link.",
                        left()))
                .risk(liveSockets())
                .undo(Text.of("None: a detached link cannot be attached again. The current generation is not touched."))
                .check(Text.of(
                        "{} bpftool link show lists the links with cgroup_id 0 until their pins are gone.", lastCheck));
        return List.of(step, removePins(pins));
    }

    /** Removes pins only if each can be removed by its path: one that remained would keep its object, unnoticed. */
    private RemedyStep removePins(SortedSet<String> paths) {
        List<PinPath> pins =
                paths.stream().flatMap(path -> incident.pin(path).stream()).toList();
        if (pins.isEmpty() || pins.size() < paths.size()) {
            return findPins();
        }
        return RemedyStep.changing(
                        Text.of("Remove the pins that keep the stale objects loaded"),
                        Text.of(
                                "The step before was taken. These are pins of the stale links, programs and maps, not of those"
                                        + " that the agent works with."),
                        pins.stream().map(Action.RemovePin::new).toList())
                .effect(Text.of("The kernel frees the stale links, programs and maps."))
                .risk(Text.of("None once the programs are detached."))
                .undo(Text.of("None, and none is needed: nothing uses these objects any more."))
                .check(freed());
    }

    private static RemedyStep findPins() {
        return RemedyStep.reading(
                        Text.of("Find out what keeps the stale objects loaded"),
                        Text.of("The step before was taken."),
                        List.of(Action.Look.HOLDERS, Action.Look.PINS))
                .then(Text.of(
                        "This bundle does not show every pin as a path that can be removed: a process holds the objects, or"
                                + " they are pinned in a bpffs of another mount namespace or under an unusual name."))
                .check(freed());
    }

    private static Text freed() {
        return Text.of("bpftool link show and bpftool map show no longer list them.");
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
                                "How a program is attached decides what removes it, and this bundle does not show it: the list"
                                        + " of links is absent, cut, or contradicts the cgroup tree."),
                        programs.stream()
                                .map(attached -> new Action.FindLinkOf(attached.program()))
                                .distinct()
                                .toList())
                .then(
                        Text.of(
                                "If a link names the program: bpftool link detach id LINK, then remove its pin. If none does:"
                                        + " bpftool cgroup detach CGROUP HOOK id PROGRAM, with the cgroup and the hook of this report."))
                .check(Text.of("For each program it is known whether a link names it.")));
    }
}
