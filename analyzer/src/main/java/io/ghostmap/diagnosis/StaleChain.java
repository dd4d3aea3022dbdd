package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The hooks of one cgroup on which a program runs that reads a generation which is not current.
 *
 * @param lead the forward hook that shows it best: the first whose wrong destinations were seen on the wire, else the first
 *     that misdirects connections, else the first of all, which is connect4 if it is among them
 * @param family whose maps the finding is about: an AF_INET6 hook reads those of both
 * @param stale the program of {@code lead} that reads the old generation
 * @param live the program of {@code lead} that reads the current one, if there is one
 * @param hooks all hooks of that cgroup with such a program, forward and reverse
 */
record StaleChain(
        String cgroup, Hook lead, Family family, HookProgram stale, Optional<HookProgram> live, List<Hook> hooks) {

    /** One for each cgroup that has such a forward hook. */
    static List<StaleChain> of(Incident incident) {
        Datapath datapath = incident.datapath();
        Map<String, List<Hook>> byCgroup = new LinkedHashMap<>();
        for (Hook hook : incident.hooks()) {
            if (staleOf(hook, datapath).isPresent() && !incident.separate().contains(hook)) {
                byCgroup.computeIfAbsent(hook.cgroup(), cgroup -> new ArrayList<>())
                        .add(hook);
            }
        }
        Set<Disposition> seen = incident.destinations().stream()
                .map(destination ->
                        new Disposition.Connects(destination.destination().endpoint()))
                .collect(Collectors.toSet());
        List<StaleChain> chains = new ArrayList<>();
        byCgroup.forEach((cgroup, hooks) -> leadOf(hooks, incident, seen)
                .ifPresent(lead -> chains.add(new StaleChain(
                        cgroup,
                        lead,
                        familyOf(lead, incident, seen),
                        staleOf(lead, datapath).orElseThrow(),
                        liveOf(lead, datapath),
                        List.copyOf(hooks)))));
        return chains;
    }

    private static Optional<Hook> leadOf(List<Hook> hooks, Incident incident, Set<Disposition> seen) {
        return hooks.stream()
                .filter(hook -> hook.attachType().translatesForward())
                .min(Comparator.comparing((Hook hook) ->
                                affectedAt(hook, incident).noneMatch(replay -> isSeenAstray(replay, seen)))
                        .thenComparing(
                                hook -> affectedAt(hook, incident).findAny().isEmpty()));
    }

    private static Family familyOf(Hook lead, Incident incident, Set<Disposition> seen) {
        return affectedAt(lead, incident)
                .min(Comparator.comparing((Replay replay) -> !isSeenAstray(replay, seen)))
                .map(replay -> Family.of(replay.frontend().endpoint().address()))
                .orElseGet(() -> staleOf(lead, incident.datapath())
                        .flatMap(HookProgram::view)
                        .map(StaleChain::familyOf)
                        .orElse(Family.IPV4));
    }

    private static Stream<Replay> affectedAt(Hook hook, Incident incident) {
        return incident.affected().stream().filter(replay -> replay.hook().equals(hook));
    }

    /** Whether a SYN went to an address to which only the old generation sends connections. */
    private static boolean isSeenAstray(Replay replay, Set<Disposition> seen) {
        return replay.outcome().stream()
                .anyMatch(disposition ->
                        seen.contains(disposition) && !replay.expected().contains(disposition));
    }

    private static Optional<HookProgram> staleOf(Hook hook, Datapath datapath) {
        return hook.programs().stream()
                .filter(program -> isStale(program, hook, datapath))
                .findFirst();
    }

    private static boolean isStale(HookProgram program, Hook hook, Datapath datapath) {
        return program.view()
                .filter(view -> datapath.readsStale(view, hook.attachType()))
                .isPresent();
    }

    private static Optional<HookProgram> liveOf(Hook hook, Datapath datapath) {
        return hook.programs().stream()
                .filter(program -> !isStale(program, hook, datapath))
                .filter(program -> program.view()
                        .filter(view -> datapath.readsOnlyCurrent(view, familyOf(view)))
                        .isPresent())
                .findFirst();
    }

    private static Family familyOf(View view) {
        return view.servicesV4().mapId().isPresent() ? Family.IPV4 : Family.IPV6;
    }

    /** Whether each forward hook keeps a program of the current generation when the stale ones go. */
    boolean leavesCurrentPrograms(Datapath datapath) {
        return hooks.stream()
                .filter(hook -> hook.attachType().translatesForward())
                .allMatch(hook -> leavesCurrentProgramAt(hook, datapath));
    }

    boolean leavesCurrentProgramAt(Hook hook, Datapath datapath) {
        return liveOf(hook, datapath).isPresent();
    }

    /** Whether the old program sees the address before the current one does. */
    boolean staleRunsFirst() {
        return live.isEmpty()
                || lead.programs().indexOf(stale) < lead.programs().indexOf(live.get());
    }

    /** Every program on these hooks that reads a generation which is not current, with its hook. */
    List<HookProgram> staleProgramsOf(Hook hook, Datapath datapath) {
        return hook.programs().stream()
                .filter(program -> isStale(program, hook, datapath))
                .toList();
    }

    /** Replays at these hooks that are misdirected. */
    List<Replay> affected(Incident incident) {
        return incident.affected().stream()
                .filter(replay -> hooks.contains(replay.hook()))
                .toList();
    }

    /** Entries that the stale program wrote itself, when it sent a socket to that address. */
    List<ReverseSkEntry> translationsTo(Endpoint backend, Incident incident) {
        return stale.view()
                .map(view -> incident.datapath().translations(view, backend))
                .orElse(List.of());
    }

    /** The map that makes the program stale: its services, or its backends if those are current. */
    Optional<Integer> staleMap(HookProgram program, Datapath datapath) {
        Family other = family == Family.IPV4 ? Family.IPV6 : Family.IPV4;
        return program.view()
                .flatMap(view -> Stream.of(
                                view.services(family),
                                view.backends(family),
                                view.services(other),
                                view.backends(other))
                        .flatMap(table -> table.mapId().stream())
                        .filter(id -> datapath.generation(id)
                                .filter(Generation::isNotCurrent)
                                .isPresent())
                        .findFirst())
                .or(() -> servicesMap(program));
    }

    /** Whether the program looks up ids of current services among backends that are not. */
    boolean isPartial(HookProgram program, Datapath datapath) {
        return staleMap(program, datapath)
                .flatMap(datapath::generation)
                .filter(generation -> generation.role().isBackends() && generation.isNotCurrent())
                .isPresent();
    }

    /** Whether only sockets of AF_INET6 pass the hooks with the old programs. */
    boolean isOfInet6Only() {
        return hooks.stream()
                .filter(hook -> hook.attachType().translatesForward())
                .allMatch(hook -> hook.attachType() == AttachType.CONNECT6 || hook.attachType() == AttachType.SENDMSG6);
    }

    /** The id of the services map that a program reads. */
    Optional<Integer> servicesMap(HookProgram program) {
        return program.view()
                .flatMap(view -> view.services(family)
                        .mapId()
                        .or(() -> view.servicesV4().mapId())
                        .or(() -> view.servicesV6().mapId()));
    }
}
