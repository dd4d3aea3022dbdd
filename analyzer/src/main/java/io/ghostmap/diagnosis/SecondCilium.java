package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.View;
import io.ghostmap.diagnosis.manual.StaleManuals;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * SLB-30: a second Cilium on the same kernel, as with the nodes of a kind cluster. That is not a failure: lists of BPF objects
 * are global, so that its maps and programs are in the bundle, and they are not leftovers.
 *
 * <p>It shares nothing with this node's Cilium: it has its own services, backends and programs, in a part of the cgroup tree
 * to which no current program is attached, above or below; and no captured SYN went to an address that only it knows.
 */
final class SecondCilium implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-30",
            CatalogEntry.Kind.NODE,
            Text.of("several Ciliums on one kernel, each with maps and programs of its own"),
            Set.of(Requirement.MAPS, Requirement.PROGRAMS, Requirement.ATTACHMENTS),
            Severity.INFO,
            Severity.INFO,
            StaleManuals.SECOND_CILIUM);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    /** Hooks of such a Cilium. */
    static List<Hook> hooks(
            List<Hook> hooks, Datapath datapath, List<Replay> replays, List<CorrelatedDestination> destinations) {
        List<Hook> own = hooks.stream()
                .filter(hook -> views(hook).anyMatch(view -> readsCurrent(view, datapath)))
                .toList();
        Set<Disposition> witnessed = destinations.stream()
                .filter(seen -> seen.classification() == Classification.STALE_BACKEND_ONLY)
                .map(seen -> new Disposition.Connects(seen.destination().endpoint()))
                .collect(Collectors.toSet());
        return own.isEmpty()
                ? List.of()
                : hooks.stream()
                        .filter(hook -> views(hook).findAny().isPresent())
                        .filter(hook -> views(hook).allMatch(view -> sharesNothing(view, datapath)))
                        .filter(hook -> own.stream().noneMatch(other -> areOnePath(hook.cgroup(), other.cgroup())))
                        .filter(hook -> replays.stream()
                                .filter(replay -> replay.hook().equals(hook))
                                .noneMatch(replay -> replay.outcome().stream().anyMatch(witnessed::contains)))
                        .toList();
    }

    private static Stream<View> views(Hook hook) {
        return hook.programs().stream().flatMap(program -> program.view().stream());
    }

    private static boolean readsCurrent(View view, Datapath datapath) {
        return tables(view)
                .anyMatch(id ->
                        datapath.generation(id).filter(Generation::isCurrent).isPresent());
    }

    /** Whether no sign on this node speaks for one of its maps; none has to speak against them. */
    private static boolean sharesNothing(View view, Datapath datapath) {
        return tables(view).findAny().isPresent()
                && tables(view)
                        .allMatch(id -> datapath.generation(id)
                                .filter(generation -> !generation.isCurrent())
                                .isPresent());
    }

    private static Stream<Integer> tables(View view) {
        return Stream.of(view.servicesV4(), view.servicesV6(), view.backendsV4(), view.backendsV6())
                .flatMap(table -> table.mapId().stream());
    }

    private static boolean areOnePath(String one, String other) {
        return one.equals(other) || one.startsWith(other + "/") || other.startsWith(one + "/");
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        return incident.separate().isEmpty() ? List.of() : List.of(finding(incident));
    }

    private static Finding.Draft finding(Incident incident) {
        List<String> cgroups =
                incident.separate().stream().map(Hook::cgroup).distinct().toList();
        List<HookProgram> programs = incident.separate().stream()
                .filter(hook -> hook.attachType() == AttachType.CONNECT4 || hook.attachType() == AttachType.CONNECT6)
                .flatMap(hook -> hook.programs().stream())
                .toList();
        List<Integer> ids =
                programs.stream().map(HookProgram::programId).distinct().toList();
        return Finding.draft(ENTRY, Severity.INFO, Confidence.LIKELY)
                .about(ids.stream().map(Subject.Program::new).toList())
                .about(cgroups.stream().map(Subject.Cgroup::new).toList())
                .title(
                        Text.of(
                                "Another Cilium runs on the kernel of {} and does not affect this node's connections",
                                new Names(incident).node()),
                        cause(ids, cgroups))
                .summary(Text.of(
                        "Nodes that share a kernel (kind, nested clusters) see each other's BPF objects in every list."
                                + " That is not a failure."))
                .explanation(List.of(
                        Text.of(
                                "Its services, backends and programs have nothing in common with the current ones of this node."
                                        + " No current program is attached to {}, to a cgroup above or to one below.",
                                Text.and(Terms.cgroups(cgroups))),
                        Text.of(
                                "If no other node shares this kernel, it is a leftover. It then acts only on processes in that"
                                        + " cgroup and below: look whether there are any.")))
                .supporting(
                        programs.stream().map(HookProgram::source).distinct().toList())
                .rivals(List.of(new Rival(
                        Rival.Kind.OWN_LEFTOVER,
                        Rival.Stance.OPEN,
                        Text.of("A leftover of this node's own Cilium, in a cgroup of its own"),
                        Text.of("but no captured SYN went to an address to which only its programs send connections."),
                        Text.of("cgroup.procs of that cgroup and those below, and docker ps or crictl ps"))));
    }

    private static Text cause(List<Integer> ids, List<String> cgroups) {
        boolean one = ids.size() == 1;
        return Text.of(
                "{} {} at {} {} maps of {} own, and only processes there pass {}",
                one ? Text.of("program") : Text.of("programs"),
                Text.few(Terms.programs(ids)),
                Text.few(Terms.cgroups(cgroups)),
                one ? Text.of("reads") : Text.of("read"),
                one ? Text.of("its") : Text.of("their"),
                one ? Text.of("it") : Text.of("them"));
    }
}
