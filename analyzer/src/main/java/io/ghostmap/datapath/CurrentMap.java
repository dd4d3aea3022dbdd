package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation.Basis;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.datapath.Generation.Reason;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.Holder;
import io.ghostmap.evidence.ObjectKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Tells which of the maps of one role the agent works on. Signs: one of them alone is pinned where an agent keeps its
 * maps; one alone is held open by the agent; one agrees best with Cilium's own list of services. If the signs that speak
 * name the same map, it is current; if they name different ones, nothing is decided. Where none speaks, the better of
 * several pins counts, then age.
 *
 * <p>One kernel can carry several Ciliums: nodes of kind, clusters inside a cluster. Maps that different agents hold open
 * are each the current one of their agent. Programs that run in cgroups of their own, where none of the current map's
 * programs do, are not called stale without a sign of it.
 */
final class CurrentMap {
    /** What is said of one map. */
    record Judged(Currency currency, Basis basis, List<Reason> reasons, Optional<Agreement> agreement) {
        static final Judged NOT_ASKED = new Judged(Currency.UNKNOWN, Basis.AGE, List.of(), Optional.empty());
    }

    private final Evidence evidence;
    private final LoadBalancer balancer;
    private final Reach reach;
    private final Collection<View> views;
    private final List<Attachment> attachments;
    private final AgentList agentList;
    private final Reasons reasons = new Reasons();
    private final Map<Integer, Agreement> agreements = new HashMap<>();

    CurrentMap(
            Evidence evidence,
            LoadBalancer balancer,
            Reach reach,
            Collection<View> views,
            List<Attachment> attachments) {
        this.evidence = evidence;
        this.balancer = balancer;
        this.reach = reach;
        this.views = views;
        this.attachments = attachments;
        this.agentList = AgentList.of(evidence);
    }

    /** By map id. {@code maps} are of one role, from the oldest to the youngest. */
    Map<Integer, Judged> among(List<BpfMap> maps) {
        Map<BpfMap, OptionalInt> pinRanks = new LinkedHashMap<>();
        maps.forEach(map -> pinRanks.put(map, notePins(map)));
        Map<BpfMap, Set<Integer>> agents = new LinkedHashMap<>();
        maps.forEach(map -> agents.put(map, noteAgents(map)));
        Set<BpfMap> several = heldByDifferentAgents(agents);
        Set<BpfMap> named = new LinkedHashSet<>();
        single(maps, map -> pinRanks.getOrDefault(map, OptionalInt.empty()).isPresent())
                .ifPresent(named::add);
        single(maps, map -> !agents.getOrDefault(map, Set.of()).isEmpty()).ifPresent(named::add);
        bestAgreement(maps).ifPresent(named::add);
        maps.forEach(this::noteUsers);
        if (!several.isEmpty()) {
            return ofSeveralAgents(maps, several);
        }
        Optional<BpfMap> current = Optional.empty();
        Basis basis;
        if (maps.size() == 1) {
            basis = Basis.ONLY_MAP;
            current = Optional.of(maps.get(0));
            reasons.add(maps.get(0), "the only map of its role", maps.get(0).source());
        } else if (named.size() > 1) {
            basis = Basis.CONTRADICTION;
        } else if (named.size() == 1) {
            basis = Basis.SIGNS;
            current = named.stream().findFirst();
        } else {
            basis = Basis.AGE;
            current = bestPin(pinRanks).or(() -> youngest(maps));
        }
        Map<Integer, Judged> judged = new LinkedHashMap<>();
        for (BpfMap map : maps) {
            judged.put(map.id(), judged(map, currency(map, current), basis));
        }
        return judged;
    }

    private Judged judged(BpfMap map, Currency currency, Basis basis) {
        return new Judged(currency, basis, reasons.of(map), Optional.ofNullable(agreements.get(map.id())));
    }

    private Currency currency(BpfMap map, Optional<BpfMap> current) {
        if (current.isEmpty()) {
            return Currency.UNKNOWN;
        }
        if (current.get().equals(map)) {
            return Currency.CURRENT;
        }
        return runsApart(map, current.get()) ? Currency.UNKNOWN : Currency.NOT_CURRENT;
    }

    /** Maps of which each is held by an agent that holds none of the others; none with fewer than two. */
    private static Set<BpfMap> heldByDifferentAgents(Map<BpfMap, Set<Integer>> agents) {
        Set<BpfMap> held = new LinkedHashSet<>();
        Set<Integer> seen = new TreeSet<>();
        for (Map.Entry<BpfMap, Set<Integer>> entry : agents.entrySet()) {
            for (int agent : entry.getValue()) {
                if (!seen.add(agent)) {
                    return Set.of(); // one agent holds two maps of one role: it is between two generations
                }
            }
            if (!entry.getValue().isEmpty()) {
                held.add(entry.getKey());
            }
        }
        return held.size() > 1 ? held : Set.of();
    }

    private Map<Integer, Judged> ofSeveralAgents(List<BpfMap> maps, Set<BpfMap> held) {
        Map<Integer, Judged> judged = new LinkedHashMap<>();
        for (BpfMap map : maps) {
            if (held.contains(map)) {
                note(map, held.size() + " agents run on this kernel, and each holds a map of its own open");
                judged.put(map.id(), judged(map, Currency.CURRENT, Basis.SIGNS));
            } else {
                boolean apart = held.stream().allMatch(other -> runsApart(map, other));
                judged.put(map.id(), judged(map, apart ? Currency.UNKNOWN : Currency.NOT_CURRENT, Basis.SIGNS));
            }
        }
        return judged;
    }

    /**
     * Whether both maps have programs at hooks, and no cgroup of the one is, contains or lies in one of the other: two load
     * balancers side by side look like that, and what an old one left behind in a cgroup of its own does too.
     */
    private boolean runsApart(BpfMap map, BpfMap other) {
        Set<String> own = cgroupsOf(map);
        Set<String> others = cgroupsOf(other);
        boolean dying = own.stream().anyMatch(cgroup -> !cgroup.startsWith("/"));
        if (own.isEmpty() || others.isEmpty() || dying || own.stream().anyMatch(mine -> overlaps(mine, others))) {
            return false;
        }
        note(
                map,
                "its programs run in " + String.join(", ", own) + " alone, those of map " + other.id() + " in "
                        + String.join(", ", others) + ": another load balancer's, or left behind");
        return true;
    }

    private Set<String> cgroupsOf(BpfMap map) {
        Set<Integer> users = new TreeSet<>();
        reach.usersOf(map.id()).forEach(user -> users.add(user.id()));
        Set<String> cgroups = new TreeSet<>();
        attachments.stream()
                .filter(attachment -> users.contains(attachment.programId()))
                .forEach(attachment -> cgroups.add(attachment.cgroup()));
        return cgroups;
    }

    private static boolean overlaps(String cgroup, Set<String> others) {
        return others.stream()
                .anyMatch(other ->
                        cgroup.equals(other) || cgroup.startsWith(other + "/") || other.startsWith(cgroup + "/"));
    }

    /** The one map that has the sign. */
    private static Optional<BpfMap> single(List<BpfMap> maps, Predicate<BpfMap> sign) {
        List<BpfMap> with = maps.stream().filter(sign).toList();
        return with.size() == 1 ? Optional.of(with.get(0)) : Optional.empty();
    }

    /** The map whose pin lies where no other's lies as well. */
    private static Optional<BpfMap> bestPin(Map<BpfMap, OptionalInt> ranks) {
        int best =
                ranks.values().stream().flatMapToInt(OptionalInt::stream).min().orElse(-1);
        return single(
                List.copyOf(ranks.keySet()),
                map -> ranks.getOrDefault(map, OptionalInt.empty()).orElse(-2) == best);
    }

    private Optional<BpfMap> youngest(List<BpfMap> maps) {
        if (maps.isEmpty()) {
            return Optional.empty();
        }
        BpfMap youngest = maps.get(maps.size() - 1);
        note(youngest, "the youngest; nothing else decides");
        return Optional.of(youngest);
    }

    /** How well its pins show that the agent works on it. */
    private OptionalInt notePins(BpfMap map) {
        if (map.pins().isEmpty()) {
            note(
                    map,
                    evidence.bpf().pinsVisible()
                            ? "pinned nowhere in the bpffs mounts that were seen"
                            : "pins were not visible to the collector");
        }
        OptionalInt best = OptionalInt.empty();
        for (String pin : map.pins()) {
            OptionalInt rank = balancer.agentPinRank(pin);
            note(map, (rank.orElse(1) == 0 ? "pinned where the agent keeps its maps: " : "pinned elsewhere: ") + pin);
            best = best.isEmpty() || (rank.isPresent() && rank.getAsInt() < best.getAsInt()) ? rank : best;
        }
        return best;
    }

    /** Processes of agents that hold it open. */
    private Set<Integer> noteAgents(BpfMap map) {
        Set<Integer> processes = new TreeSet<>();
        for (Holder holder : evidence.bpf().holders()) {
            if (holder.kind() == ObjectKind.MAP
                    && holder.id() == map.id()
                    && balancer.isAgent(holder.command())
                    && processes.add(holder.pid())) {
                reasons.add(map, "held open by " + holder.command() + ", process " + holder.pid(), holder.source());
            }
        }
        return processes;
    }

    private void noteUsers(BpfMap map) {
        List<BpfProgram> users = reach.usersOf(map.id());
        if (users.isEmpty() && evidence.bpf().state().programs().captured()) {
            note(map, "no program references it");
        }
        for (BpfProgram user : users) {
            String how = user.mapIds().contains(map.id())
                    ? "used by program "
                    : "within reach, through other maps, of program ";
            reasons.add(map, how + user.id() + " (" + user.name() + ")", user.source());
        }
    }

    /** The one services map with the most frontends that lead where Cilium's own list says. */
    private Optional<BpfMap> bestAgreement(List<BpfMap> maps) {
        if (agentList.isEmpty() || !maps.stream().noneMatch(map -> readers(map).isEmpty())) {
            return Optional.empty();
        }
        int best = -1;
        Optional<BpfMap> winner = Optional.empty();
        for (BpfMap map : maps) {
            Agreement agreement = agreement(map);
            agreements.put(map.id(), agreement);
            if (maps.size() > 1 && agreement.stated() > 0) {
                reasons.add(
                        map,
                        "agrees with Cilium's list on " + agreement.agreeing() + " of " + agreement.stated()
                                + " frontends",
                        agreement.list());
            }
            if (agreement.agreeing() >= best) {
                winner = agreement.agreeing() > best ? Optional.of(map) : Optional.empty();
                best = agreement.agreeing();
            }
        }
        return maps.size() > 1 ? winner : Optional.empty();
    }

    /** Of the program that agrees best: an old one can read the same services over backends of its own time. */
    private Agreement agreement(BpfMap map) {
        return readers(map).stream()
                .map(view -> agentList.with(view, family(view, map)))
                .max(Comparator.comparingInt(Agreement::agreeing))
                .orElseThrow();
    }

    private static Family family(View view, BpfMap map) {
        return view.servicesV4().mapId().filter(id -> id == map.id()).isPresent() ? Family.IPV4 : Family.IPV6;
    }

    /** Programs that read the map as their services, by which its backends are known; one for each map of backends. */
    private List<View> readers(BpfMap map) {
        Map<Optional<Integer>, View> byBackends = new LinkedHashMap<>();
        for (View view : views) {
            if (view.servicesIn(map.id()).isPresent()) {
                byBackends.putIfAbsent(view.backends(family(view, map)).mapId(), view);
            }
        }
        return List.copyOf(byBackends.values());
    }

    private void note(BpfMap map, String text) {
        reasons.add(map, text, map.source());
    }

    /** What was found, by map, in the order in which it was asked. */
    private static final class Reasons {
        private final SortedMap<Integer, List<Reason>> byMap = new TreeMap<>();

        void add(BpfMap map, String text, Citation source) {
            byMap.computeIfAbsent(map.id(), id -> new ArrayList<>()).add(new Reason(text, source));
        }

        List<Reason> of(BpfMap map) {
            return List.copyOf(byMap.getOrDefault(map.id(), List.of()));
        }
    }
}
