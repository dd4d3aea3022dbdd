package io.ghostmap.diagnosis;

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
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The stale programs of a chain, how each is attached, and what else keeps it loaded.
 *
 * <p>No program is taken off if its hook would be left without one that reads the current generation. For forward hooks that is
 * decided for all of them together. At a reverse hook an old program finds only what old programs noted, and stays.
 */
final class StaleAttachments {
    private static final String SHARED = "multi";

    /** A stale program on one hook, at the cgroup where it is really attached. */
    record Attached(int program, AttachType type, Optional<Attachment> attachment) {
        Via via() {
            return attachment.map(Attachment::via).orElse(Via.UNKNOWN);
        }
    }

    private final Incident incident;
    private final List<Attached> removable;
    private final List<Attached> left;

    StaleAttachments(Incident incident, StaleChain chain) {
        this.incident = incident;
        Set<Attached> all = new LinkedHashSet<>();
        Set<Attached> staying = new LinkedHashSet<>();
        for (Hook hook : chain.hooks()) {
            boolean stays =
                    hook.attachType().translatesBack() && !chain.leavesCurrentProgramAt(hook, incident.datapath());
            for (HookProgram program : chain.staleProgramsOf(hook, incident.datapath())) {
                (stays ? staying : all).add(new Attached(program.programId(), hook.attachType(), program.attachment()));
            }
        }
        this.removable = List.copyOf(all);
        this.left = List.copyOf(staying);
    }

    List<Attached> removable() {
        return removable;
    }

    /** Those that stay, since nothing would take their place. */
    List<Attached> left() {
        return left;
    }

    /** Forward hooks first, so that new connections go right before anything else changes. */
    List<Attached> removable(Via via) {
        return removable.stream()
                .filter(attached -> attached.via() == via)
                .sorted(Comparator.comparing(attached -> !attached.type().translatesForward()))
                .toList();
    }

    static List<BpfLink> linksOf(Collection<Attached> programs) {
        return programs.stream()
                .flatMap(attached -> attached.attachment().stream())
                .flatMap(attachment -> attachment.link().stream())
                .distinct()
                .sorted(Comparator.comparingInt(BpfLink::id))
                .toList();
    }

    /** Whether the kernel would detach whatever is attached there: with an exclusive flag it ignores the id. */
    boolean isExclusive(Attached attached) {
        return attached.attachment()
                .flatMap(attachment -> incident.evidence().cgroups().attached().stream()
                        .filter(cgroup -> cgroup.path().equals(attachment.cgroup()))
                        .flatMap(cgroup -> cgroup.programs().stream())
                        .filter(row -> row.programId() == attached.program() && row.attachType() == attached.type())
                        .map(AttachedProgram::flags)
                        .findFirst())
                .filter(SHARED::equals)
                .isEmpty();
    }

    /** Pins named by the link list and by the walk over the bpffs mounts. */
    List<String> pinsOf(BpfLink link) {
        List<String> pins = new ArrayList<>(link.pins());
        incident.evidence().bpf().pins().stream()
                .filter(pin -> pin.kind() == ObjectKind.LINK && pin.id() == link.id())
                .map(Pin::path)
                .forEach(pins::add);
        return pins;
    }

    /** Pins of the programs and of maps that only stale programs read: each would keep its object alive by itself. */
    SortedSet<String> pinsOf(List<Attached> programs) {
        SortedSet<String> pins = new TreeSet<>();
        List<Integer> stale = removable.stream().map(Attached::program).toList();
        programs.forEach(attached -> incident.evidence()
                .bpf()
                .state()
                .programs()
                .find(attached.program())
                .ifPresent(program -> pins.addAll(program.pins())));
        incident.datapath().generations().stream()
                .filter(Generation::isNotCurrent)
                .filter(generation -> !generation.programs().isEmpty() && stale.containsAll(generation.programs()))
                .forEach(generation -> pins.addAll(generation.map().pins()));
        return pins;
    }
}
