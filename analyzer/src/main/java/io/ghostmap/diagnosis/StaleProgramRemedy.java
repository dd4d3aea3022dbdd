package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Manifest;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.datapath.Generation;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ObjectKind;
import io.ghostmap.evidence.Pin;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How to take a stale program off its hooks. The way of attachment decides: {@code bpftool cgroup detach} removes a
 * legacy attachment and is refused for a link, whose end needs {@code bpftool link detach} and the removal of its pin.
 */
final class StaleProgramRemedy {
    private record Attached(HookProgram program, AttachType type, Optional<Attachment> attachment) {}

    private final Case scene;
    private final StaleChain chain;
    private final String cgroup;
    private final List<Attached> stale = new ArrayList<>();

    private StaleProgramRemedy(Case scene, StaleChain chain) {
        this.scene = scene;
        this.chain = chain;
        this.cgroup = ShellText.cgroup(chain.cgroup(), chain.lead().cgroupId());
        for (Hook hook : chain.hooks()) {
            for (HookProgram program : chain.staleProgramsOf(hook, scene.datapath())) {
                stale.add(new Attached(program, hook.attachType(), program.attachment()));
            }
        }
    }

    /** First a reading, then what removes the programs, then the reboot. */
    static List<RemedyStep> of(Case scene, StaleChain chain) {
        StaleProgramRemedy remedy = new StaleProgramRemedy(scene, chain);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(remedy.confirm());
        remedy.with(Via.LEGACY).ifPresent(programs -> steps.addAll(remedy.detachLegacy(programs)));
        remedy.with(Via.LINK).ifPresent(programs -> steps.addAll(remedy.detachLinks(programs)));
        remedy.with(Via.UNKNOWN).ifPresent(programs -> steps.add(remedy.findOut(programs)));
        steps.add(remedy.reboot());
        return List.copyOf(steps);
    }

    private Optional<List<Attached>> with(Via via) {
        List<Attached> matching = stale.stream()
                .filter(attached -> attached.attachment().map(Attachment::via).orElse(Via.UNKNOWN) == via)
                .sorted(Comparator.comparing(attached -> !attached.type().translatesForward()))
                .toList();
        return matching.isEmpty() ? Optional.empty() : Optional.of(matching);
    }

    private RemedyStep confirm() {
        Set<String> ids = new LinkedHashSet<>();
        stale.forEach(
                attached -> ids.add("bpftool prog show id " + attached.program().programId()));
        String bootId = scene.evidence().node().bootId();
        String boot = bootId.isEmpty()
                ? "the boot id was not captured, so make sure by its uptime that the node has not rebooted since"
                : "the boot id is still " + bootId;
        return new RemedyStep(
                "Confirm on the node that nothing has moved",
                "You are root on the node of this bundle.",
                "cat /proc/sys/kernel/random/boot_id\nbpftool cgroup show " + cgroup
                        + " effective\nbpftool cgroup show "
                        + cgroup + "\n"
                        + String.join("\n", ids),
                "Reads only. Go on if " + boot + ", "
                        + chain.lead().attachType().shortName() + " still lists program "
                        + chain.stale().programId() + before() + ", and the map_ids are those of this report. Ids are"
                        + " used again after a reboot: the same number may then be another program.",
                "None.",
                "The lists equal those in the section Programs and hooks of this report.",
                "Nothing to undo.");
    }

    private String before() {
        return chain.live()
                .map(live -> chain.staleRunsFirst()
                        ? " before program " + live.programId()
                        : " after program " + live.programId())
                .orElse("");
    }

    private List<RemedyStep> detachLegacy(List<Attached> programs) {
        List<String> commands = programs.stream()
                .map(attached -> "bpftool cgroup detach " + cgroup + " "
                        + attached.type().shortName() + " id "
                        + attached.program().programId())
                .toList();
        Set<String> pins = pinsBehind(programs);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(new RemedyStep(
                "Detach the stale " + (programs.size() == 1 ? "program" : "programs") + " (attached without a link)",
                "The step before has shown each of these ids on its hook with the attach flag multi. Where the flag is"
                        + " empty or override, the kernel detaches whatever is there, whatever id is given: then stop.",
                String.join("\n", commands),
                "New connections are translated by the current generation at once. "
                        + (pins.isEmpty()
                                ? "No pin of these programs and their maps was seen, so that the kernel frees them when"
                                        + " the last attachment goes."
                                : "Pins keep the programs or their maps loaded until the next step."),
                "Sockets that are already connected stay where they are: clients that hold a connection to a wrong"
                        + " backend must be restarted. UDP clients that the old program translated lose the reverse"
                        + " translation of their replies until they send again.",
                checkText(),
                "None, unless the program is pinned: a program without a pin is freed by this. The current generation is"
                        + " not touched."));
        if (!pins.isEmpty()) {
            steps.add(removePins(pins));
        }
        return steps;
    }

    private List<RemedyStep> detachLinks(List<Attached> programs) {
        Set<Integer> links = new TreeSet<>();
        Set<String> pins = new TreeSet<>();
        for (Attached attached : programs) {
            attached.attachment().flatMap(Attachment::link).ifPresent(link -> {
                links.add(link.id());
                pins.addAll(pinsOf(link));
            });
        }
        List<String> detach =
                links.stream().map(id -> "bpftool link detach id " + id).toList();
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(new RemedyStep(
                "Detach the stale " + (links.size() == 1 ? "link" : "links"),
                "bpftool link show id " + links.iterator().next() + " still names program "
                        + programs.get(0).program().programId() + " and this cgroup"
                        + chain.lead().cgroupId().stream()
                                .mapToObj(id -> " (cgroup_id " + id + ")")
                                .findFirst()
                                .orElse("")
                        + ". bpftool 5.9 or newer.",
                String.join("\n", detach),
                "The program stops at once, whoever holds the link. bpftool cgroup detach would be refused here"
                        + " (\"failed to detach program\"): it removes only what was attached without a link.",
                "Sockets that are already connected stay where they are: clients that hold a connection to a wrong"
                        + " backend must be restarted.",
                checkText() + " bpftool link show lists the links with cgroup_id 0 until their pins are gone.",
                "None: a severed link cannot be attached again. The current generation is not touched."));
        pins.addAll(pinsBehind(programs));
        steps.add(removePins(pins));
        return steps;
    }

    /** Pins of the stale programs and of the maps that are not current: each would keep its object alive by itself. */
    private Set<String> pinsBehind(List<Attached> programs) {
        Set<String> pins = new TreeSet<>();
        List<Integer> ids = programs.stream()
                .map(attached -> attached.program().programId())
                .toList();
        ids.forEach(
                id -> scene.evidence().state().programs().find(id).ifPresent(program -> pins.addAll(program.pins())));
        scene.datapath().generations().stream()
                .filter(Generation::isNotCurrent)
                .filter(generation -> !generation.programs().isEmpty() && ids.containsAll(generation.programs()))
                .forEach(generation -> pins.addAll(generation.map().pins()));
        return pins;
    }

    /** Pins named by the link list and by the walk over the bpffs mounts. */
    private List<String> pinsOf(BpfLink link) {
        List<String> pins = new ArrayList<>(link.pins());
        scene.evidence().pins().stream()
                .filter(pin -> pin.kind() == ObjectKind.LINK && pin.id() == link.id())
                .map(Pin::path)
                .forEach(pins::add);
        return pins;
    }

    private RemedyStep removePins(Set<String> pins) {
        List<String> plain = pins.stream().filter(ShellText::isPlainPath).toList();
        boolean all = !plain.isEmpty() && plain.size() == pins.size();
        String command = all
                ? "rm " + String.join("\nrm ", plain)
                : "grep -lE '^link_id:' /proc/[0-9]*/fdinfo/* 2>/dev/null\nfind / -fstype bpf -type f 2>/dev/null";
        return new RemedyStep(
                "Free what the pins still hold",
                all
                        ? "The step before was taken. These paths are those of the stale links, programs"
                                + " and maps, and not those that the agent works with."
                        : "The links were detached in the step before. Their pins were not seen in this bundle: they lie in"
                                + " a bpffs of another mount namespace, or a process holds them; these commands list"
                                + " where to look.",
                command,
                "What is stale leaves the kernel: links, then programs, then maps.",
                "None once the programs are detached.",
                "bpftool link show and bpftool map show no longer list them.",
                "Nothing to undo: what was detached served nothing.");
    }

    private RemedyStep findOut(List<Attached> programs) {
        int id = programs.get(0).program().programId();
        return new RemedyStep(
                "Find out how the stale program is attached",
                "The links were not captured, and the way of attachment decides what removes it.",
                "bpftool link show | grep -A1 'prog " + id + " '",
                "Reads only. A link that names the program: bpftool link detach id LINK, then rm its pin. No such link:"
                        + " bpftool cgroup detach " + cgroup + " "
                        + programs.get(0).type().shortName() + " id " + id + ".",
                "None.",
                "The program is found in exactly one of both ways.",
                "Nothing to undo.");
    }

    private RemedyStep reboot() {
        String node =
                ShellText.nodeName(scene.bundle().manifest().map(Manifest::node).orElse(""));
        return new RemedyStep(
                "Last resort: drain and reboot the node",
                "The steps above could not be taken, or left the old program in place.",
                "kubectl drain " + node + " --ignore-daemonsets --delete-emptydir-data\nsystemctl reboot",
                "A reboot ends every attachment, link, pin and map; the agent then builds one generation.",
                "Every pod of the node is moved, and what this report rests on is gone.",
                "ghostmap analyze of a new bundle says ok.",
                "kubectl uncordon " + node);
    }

    private String checkText() {
        String left = chain.live()
                .map(live -> "lists program " + live.programId() + " alone at "
                        + chain.lead().attachType().shortName())
                .orElse("no longer lists program " + chain.stale().programId());
        return "bpftool cgroup show " + cgroup + " effective " + left
                + "; a new connect is answered, and a new bundle says ok.";
    }
}
