package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.and;

import io.ghostmap.bundle.Manifest;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.datapath.Generation;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.AttachedProgram;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ObjectKind;
import io.ghostmap.evidence.Pin;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How to take a stale program off its hooks. The way of attachment decides: {@code bpftool cgroup detach} removes a
 * legacy attachment and is refused for a link, whose end needs {@code bpftool link detach} and the removal of its pin.
 *
 * <p>Nothing is detached where the hook would be left without a program that reads the current generation: of forward hooks
 * that holds for all of them or none; at a reverse hook an old program only finds what old programs noted, and stays.
 */
final class StaleProgramRemedy {
    private static final String LIVE_SOCKETS =
            "Sockets that are already connected stay where they are: clients that hold"
                    + " a connection to a wrong backend must be restarted. UDP clients that the old program translated lose the"
                    + " reverse translation of their replies until they send again.";

    /** A stale program on one hook, at the cgroup where it is really attached. */
    private record Attached(HookProgram program, AttachType type, Optional<Attachment> attachment) {
        Via via() {
            return attachment.map(Attachment::via).orElse(Via.UNKNOWN);
        }
    }

    private final Incident incident;
    private final StaleChain chain;
    private final List<Attached> stale;
    private final List<Attached> left;

    private StaleProgramRemedy(Incident incident, StaleChain chain) {
        this.incident = incident;
        this.chain = chain;
        Set<Attached> all = new LinkedHashSet<>();
        Set<Attached> staying = new LinkedHashSet<>();
        for (Hook hook : chain.hooks()) {
            boolean stays =
                    hook.attachType().translatesBack() && !chain.leavesCurrentProgramAt(hook, incident.datapath());
            for (HookProgram program : chain.staleProgramsOf(hook, incident.datapath())) {
                (stays ? staying : all).add(new Attached(program, hook.attachType(), program.attachment()));
            }
        }
        this.stale = List.copyOf(all);
        this.left = List.copyOf(staying);
    }

    /** First a reading, then what removes the programs, then the reboot. */
    static List<RemedyStep> of(Incident incident, StaleChain chain) {
        StaleProgramRemedy remedy = new StaleProgramRemedy(incident, chain);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(remedy.confirm());
        if (chain.leavesCurrentPrograms(incident.datapath())) {
            remedy.with(Via.LEGACY).ifPresent(programs -> steps.addAll(remedy.detachLegacy(programs)));
            remedy.with(Via.LINK).ifPresent(programs -> steps.addAll(remedy.detachLinks(programs)));
            remedy.with(Via.UNKNOWN).ifPresent(programs -> steps.add(remedy.findOut(programs)));
        } else {
            steps.add(bringTheCurrentProgram());
        }
        steps.add(remedy.reboot());
        return List.copyOf(steps);
    }

    /** Forward hooks first, so that new connections go right before anything else changes. */
    private Optional<List<Attached>> with(Via via) {
        List<Attached> matching = stale.stream()
                .filter(attached -> attached.via() == via)
                .sorted(Comparator.comparing(attached -> !attached.type().translatesForward()))
                .toList();
        return matching.isEmpty() ? Optional.empty() : Optional.of(matching);
    }

    private RemedyStep confirm() {
        Set<String> commands = new LinkedHashSet<>();
        commands.add("cat /proc/sys/kernel/random/boot_id");
        commands.add("bpftool cgroup show " + cgroupOf(chain.cgroup()) + " effective");
        stale.forEach(attached -> attached.attachment()
                .ifPresent(attachment -> commands.add("bpftool cgroup show " + cgroupOf(attachment))));
        stale.forEach(attached ->
                commands.add("bpftool prog show id " + attached.program().programId()));
        linksOf(stale).forEach(link -> commands.add("bpftool link show id " + link.id()));
        String current = chain.live()
                .flatMap(chain::servicesMap)
                .map(map -> ", the services map that the agent has pinned is map " + map)
                .orElse("");
        chain.live()
                .flatMap(chain::servicesMap)
                .flatMap(incident.datapath()::generation)
                .flatMap(this::plainPin)
                .ifPresent(pin -> commands.add("bpftool map show pinned " + pin));
        String bootId = incident.evidence().node().bootId();
        String boot = bootId.isEmpty()
                ? "the node has not rebooted since (the boot id was not captured: see its uptime)"
                : "the boot id is still " + bootId;
        return new RemedyStep(
                "Confirm on the node that nothing has moved",
                "You are root on the node of this bundle.",
                String.join("\n", commands),
                "Reads only. Go on if " + boot + ", "
                        + chain.lead().attachType().shortName() + " still lists program "
                        + chain.stale().programId() + before() + current + ", and each program has the map_ids of this"
                        + " report. Ids are used again after a reboot: the same number may then be another object.",
                "None.",
                "The lists equal the programs in run order of this report.",
                "Nothing to undo.");
    }

    private String before() {
        return chain.live()
                .map(live -> chain.staleRunsFirst()
                        ? " before program " + live.programId()
                        : " after program " + live.programId())
                .orElse("");
    }

    private Optional<String> plainPin(Generation generation) {
        return generation.map().pins().stream().filter(this::isPin).findFirst();
    }

    private boolean isPin(String path) {
        return ShellText.isPin(path, incident.evidence().node().bpffsMounts());
    }

    private static String cgroupOf(Attachment attachment) {
        return ShellText.cgroup(attachment.cgroup(), attachment.cgroupId());
    }

    private String cgroupOf(String directory) {
        return ShellText.cgroup(directory, chain.lead().cgroupId());
    }

    private List<RemedyStep> detachLegacy(List<Attached> programs) {
        List<String> commands = new ArrayList<>();
        for (Attached attached : programs) {
            attached.attachment()
                    .ifPresent(attachment -> commands.add("bpftool cgroup detach " + cgroupOf(attachment) + " "
                            + attached.type().shortName() + " id "
                            + attached.program().programId()));
        }
        Set<String> pins = pinsBehind(programs);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(new RemedyStep(
                "Detach the stale " + (programs.size() == 1 ? "program" : "programs") + " (attached without a link)",
                legacyPrecondition(programs),
                String.join("\n", commands),
                "New connections are translated by the current generation at once. "
                        + leftText()
                        + (pins.isEmpty()
                                ? "No pin of these programs and their maps was seen, so that the kernel frees them when"
                                        + " the last attachment goes."
                                : "Pins keep the programs or their maps loaded until the next step."),
                LIVE_SOCKETS,
                checkText(),
                "None, unless the program is pinned: a program without a pin is freed by this. The current generation is"
                        + " not touched."));
        if (!pins.isEmpty()) {
            steps.add(removePins(pins));
        }
        return steps;
    }

    private String leftText() {
        if (left.isEmpty()) {
            return "";
        }
        return "Left attached: "
                + and(left.stream()
                        .map(attached -> "program " + attached.program().programId() + " at "
                                + attached.type().shortName())
                        .toList())
                + ". No program of the current generation is attached there to take its place, and it finds nothing of"
                + " sockets that the old programs no longer translate. ";
    }

    /** With an exclusive flag the kernel ignores the id that it is given. */
    private String legacyPrecondition(List<Attached> programs) {
        List<String> exclusive = programs.stream()
                .filter(attached -> !flagsOf(attached).equals("multi"))
                .map(attached -> attached.type().shortName())
                .toList();
        return exclusive.isEmpty()
                ? "The step before has shown each of these ids at its hook with the flag multi, as in this bundle."
                : "At " + and(exclusive) + " the program was attached with an exclusive flag: there the kernel detaches"
                        + " whatever program is attached, whatever id it is given. Run that line only if the step before"
                        + " has shown this id as the only program of the hook.";
    }

    private String flagsOf(Attached attached) {
        return attached.attachment()
                .flatMap(attachment -> incident.evidence().cgroups().attached().stream()
                        .filter(cgroup -> cgroup.path().equals(attachment.cgroup()))
                        .flatMap(cgroup -> cgroup.programs().stream())
                        .filter(row -> row.programId() == attached.program().programId()
                                && row.attachType() == attached.type())
                        .map(AttachedProgram::flags)
                        .findFirst())
                .orElse("");
    }

    private List<RemedyStep> detachLinks(List<Attached> programs) {
        List<BpfLink> links = linksOf(programs);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(new RemedyStep(
                "Detach the stale " + (links.size() == 1 ? "link" : "links"),
                "The step before has shown that each of these links still names its stale program. bpftool 5.9 or newer.",
                String.join(
                        "\n",
                        links.stream()
                                .map(link -> "bpftool link detach id " + link.id())
                                .toList()),
                "The programs stop at once, whoever holds the links. " + leftText()
                        + "bpftool cgroup detach would be refused here"
                        + " (\"failed to detach program\"): it removes only what was attached without a link.",
                LIVE_SOCKETS,
                checkText() + " bpftool link show lists the links with cgroup_id 0 until their pins are gone.",
                "None: a severed link cannot be attached again. The current generation is not touched."));
        Set<String> pins = pinsBehind(programs);
        links.forEach(link -> pins.addAll(pinsOf(link)));
        steps.add(removePins(pins));
        return steps;
    }

    private static List<BpfLink> linksOf(Collection<Attached> programs) {
        return programs.stream()
                .flatMap(attached -> attached.attachment().stream())
                .flatMap(attachment -> attachment.link().stream())
                .distinct()
                .sorted(Comparator.comparingInt(BpfLink::id))
                .toList();
    }

    /** Pins named by the link list and by the walk over the bpffs mounts. */
    private List<String> pinsOf(BpfLink link) {
        List<String> pins = new ArrayList<>(link.pins());
        incident.evidence().bpf().pins().stream()
                .filter(pin -> pin.kind() == ObjectKind.LINK && pin.id() == link.id())
                .map(Pin::path)
                .forEach(pins::add);
        return pins;
    }

    /** Pins of the stale programs and of maps that they alone read: each would keep its object alive by itself. */
    private Set<String> pinsBehind(List<Attached> programs) {
        Set<String> pins = new TreeSet<>();
        List<Integer> ids = programs.stream()
                .map(attached -> attached.program().programId())
                .toList();
        List<Integer> allStale =
                stale.stream().map(attached -> attached.program().programId()).toList();
        ids.forEach(id -> incident.evidence()
                .bpf()
                .state()
                .programs()
                .find(id)
                .ifPresent(program -> pins.addAll(program.pins())));
        incident.datapath().generations().stream()
                .filter(Generation::isNotCurrent)
                .filter(generation -> !generation.programs().isEmpty() && allStale.containsAll(generation.programs()))
                .forEach(generation -> pins.addAll(generation.map().pins()));
        return pins;
    }

    private RemedyStep removePins(Set<String> pins) {
        List<String> removable = pins.stream().filter(this::isPin).toList();
        boolean all = !removable.isEmpty() && removable.size() == pins.size();
        String command = all
                ? String.join("\n", removable.stream().map(ShellText::removePin).toList())
                : "grep -lE '^(link|prog|map)_id:' /proc/[0-9]*/fdinfo/* 2>/dev/null\nfind / -fstype bpf -type f 2>/dev/null";
        return new RemedyStep(
                "Free what the pins still hold",
                all
                        ? "The step before was taken. These paths are those of the stale links, programs and maps, and not"
                                + " those that the agent works with."
                        : "The step before was taken. This bundle names no pin that could be removed by its path: it lies"
                                + " in a bpffs of another mount namespace, or a process holds the object; these commands"
                                + " list where to look.",
                command,
                "What is stale leaves the kernel: links, then programs, then maps.",
                "None once the programs are detached.",
                "bpftool link show and bpftool map show no longer list them.",
                "Nothing to undo: what was detached served nothing.");
    }

    private RemedyStep findOut(List<Attached> programs) {
        Set<String> commands = new LinkedHashSet<>();
        programs.forEach(attached -> commands.add(
                "bpftool link show | grep -A1 'prog " + attached.program().programId() + " '"));
        return new RemedyStep(
                "Find out how the stale " + (programs.size() == 1 ? "program is" : "programs are") + " attached",
                "The way of attachment decides what removes a program, and this bundle does not tell it: the list of links"
                        + " is absent, cut, or contradicts the cgroup tree.",
                String.join("\n", commands),
                "Reads only. A link that names the program: bpftool link detach id LINK, then remove its pin. No such"
                        + " link: bpftool cgroup detach CGROUP HOOK id PROGRAM, with the cgroup and hook of this report.",
                "None.",
                "Each program is found in exactly one of both ways.",
                "Nothing to undo.");
    }

    private static RemedyStep bringTheCurrentProgram() {
        return new RemedyStep(
                "Do not detach yet: let the agent attach its own programs first",
                "No program that reads the current generation was seen on every hook of the stale ones: without them no"
                        + " service would be translated at all.",
                "kubectl -n kube-system get pods -l k8s-app=cilium -o wide\nbpftool cgroup tree",
                "Reads only. Restart the agent of this node if its programs are not there, then collect and analyze again:"
                        + " the new report names what to detach.",
                "None.",
                "bpftool cgroup tree lists a second program at each hook.",
                "Nothing to undo.");
    }

    private RemedyStep reboot() {
        String node = ShellText.nodeName(
                incident.bundle().manifest().map(Manifest::node).orElse(""));
        return new RemedyStep(
                "Last resort: drain and reboot the node",
                "The steps above could not be taken, or left the old program in place.",
                "kubectl drain " + node + " --ignore-daemonsets --delete-emptydir-data\nsystemctl reboot",
                "A reboot ends every attachment, link, pin and map; the agent then builds one generation.",
                "The node's pods are moved, save those of daemon sets, which stop until it is back; data in emptyDir"
                        + " volumes is lost, and pods without a controller make the drain fail. What this report rests on"
                        + " is gone.",
                "A new bundle, collected while a client connects, says ok.",
                "kubectl uncordon " + node);
    }

    private String checkText() {
        String left = chain.live()
                .map(live -> "lists program " + live.programId() + " alone at "
                        + chain.lead().attachType().shortName())
                .orElse("no longer lists program " + chain.stale().programId());
        return "bpftool cgroup show " + cgroupOf(chain.cgroup()) + " effective " + left
                + "; a new connect is answered, and a new bundle, collected while a client connects, says ok.";
    }
}
