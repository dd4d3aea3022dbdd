package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.View;
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
 * SLB-30: a second Cilium on the same kernel, as with the nodes of a kind cluster, which is no failure. Lists of BPF objects
 * are global: its maps and programs are in the bundle, and are nobody's leftovers.
 *
 * <p>Told by what it shares with this node's: nothing. It has services, backends and programs of its own, on a part of the
 * cgroup tree that no current program is attached to, above or below; and no captured SYN went where only it leads.
 */
final class SecondCilium implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-30",
            CatalogEntry.Kind.NODE,
            Text.of("several Ciliums on one kernel, each with maps and programs of its own"),
            Set.of(Requirement.MAPS, Requirement.PROGRAMS, Requirement.ATTACHMENTS),
            Severity.INFO,
            Severity.INFO);

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

    /** No sign on this node speaks for the maps of a second Cilium; whether one speaks against them need not be known. */
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
                .title(title(ids, cgroups))
                .summary(
                        Text.of(
                                "Nodes that share a kernel (kind, nested clusters) see each other's BPF objects in every list."))
                .explanation(List.of(
                        Text.of(
                                "Services, backends and programs of that set have nothing in common with the current ones,"
                                        + " and the cgroups {} lie neither above nor below any that a current program is"
                                        + " attached to.",
                                Text.and(Terms.cgroups(cgroups))),
                        Text.of(
                                "If no other node shares this kernel, it is a leftover that acts on processes below that"
                                        + " cgroup alone: look whether there are any.")))
                .supporting(
                        programs.stream().map(HookProgram::source).distinct().toList())
                .rivals(List.of(new Rival(
                        Rival.Kind.OWN_LEFTOVER,
                        Rival.Stance.OPEN,
                        Text.of("A leftover of this node's own Cilium on a cgroup of its own"),
                        Text.of("Cannot be excluded by the bundle; no captured SYN went where only it leads."),
                        Text.of("cat /sys/fs/cgroup/.../cgroup.procs below that cgroup, and docker ps or crictl ps"))));
    }

    private static Text title(List<Integer> ids, List<String> cgroups) {
        boolean one = ids.size() == 1;
        Text programs = Text.few(Terms.programs(ids));
        Text places = Text.few(Terms.cgroups(cgroups));
        return Text.of(
                "Another Cilium on this kernel, which is no failure: {}, and no process outside of {} passes {}",
                one
                        ? Text.of("program {} at {} reads maps of its own", programs, places)
                        : Text.of("programs {} at {} read maps of their own", programs, places),
                cgroups.size() == 1 ? Text.of("that cgroup") : Text.of("those cgroups"),
                one ? Text.of("it") : Text.of("them"));
    }
}
