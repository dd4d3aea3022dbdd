package io.ghostmap.datapath;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/** Collects what shows whether the agent works on a map: pins, open files, and Cilium's own list of services. */
final class Signs {
    private final Evidence evidence;
    private final LoadBalancer balancer;
    private final Reach reach;
    private final AgentList agentList;
    private final boolean pinsVisible;
    private final Map<Integer, List<Holder>> agentsByMap = new HashMap<>();

    /** Programs that read a map as their services, one for each backends map that such programs read. */
    private final Map<Integer, List<View>> readersByMap = new HashMap<>();

    /**
     * The signs of one map.
     *
     * @param pinRank how well its pins show that the agent works on it, the best of them; see
     *     {@link LoadBalancer#agentPinRank}
     * @param agents processes of agents that have it open
     * @param best the program whose reading of it agrees best with Cilium's list; empty if there is nothing to compare
     * @param agreeing on how many frontends that one agrees
     */
    record OfMap(
            BpfMap map,
            OptionalInt pinRank,
            SortedSet<Integer> agents,
            Optional<View> best,
            int agreeing,
            List<Reason> reasons) {}

    Signs(Evidence evidence, LoadBalancer balancer, Reach reach, Collection<View> views) {
        this.evidence = evidence;
        this.balancer = balancer;
        this.reach = reach;
        this.agentList = AgentList.of(evidence);
        this.pinsVisible = evidence.bpf().pinsVisible();
        for (Holder holder : evidence.bpf().holders()) {
            if (holder.kind() == ObjectKind.MAP && balancer.isAgent(holder.command())) {
                agentsByMap
                        .computeIfAbsent(holder.id(), id -> new ArrayList<>())
                        .add(holder);
            }
        }
        for (Family family : Family.values()) {
            Map<List<Optional<Integer>>, View> distinct = new LinkedHashMap<>();
            for (View view : views) {
                Optional<Integer> services = view.services(family).mapId();
                if (services.isPresent() && view.services(family).content().isPresent()) {
                    distinct.putIfAbsent(List.of(services, view.backends(family).mapId()), view);
                }
            }
            distinct.forEach((maps, view) -> readersByMap
                    .computeIfAbsent(maps.get(0).orElseThrow(), id -> new ArrayList<>())
                    .add(view));
        }
    }

    /** Of each of these maps, which have one role, in their order. */
    List<OfMap> of(List<BpfMap> maps) {
        boolean comparable = !agentList.isEmpty() && maps.stream().allMatch(map -> readersByMap.containsKey(map.id()));
        List<OfMap> signs = new ArrayList<>();
        for (BpfMap map : maps) {
            signs.add(of(map, comparable, maps.size() > 1));
        }
        return signs;
    }

    private OfMap of(BpfMap map, boolean comparable, boolean several) {
        List<Reason> reasons = new ArrayList<>();
        OptionalInt pinRank = pins(map, reasons);
        SortedSet<Integer> agents = agents(map, reasons);
        Optional<View> best = comparable ? best(map) : Optional.empty();
        int agreeing = best.map(view -> agreeing(view, map)).orElse(0);
        int stated = best.map(view -> agentList.stated(family(view, map))).orElse(0);
        if (several && stated > 0) {
            reasons.add(new Reason.Agrees(agreeing, stated, agentList.source()));
        }
        users(map, reasons);
        return new OfMap(map, pinRank, agents, best, agreeing, List.copyOf(reasons));
    }

    private OptionalInt pins(BpfMap map, List<Reason> reasons) {
        if (map.pins().isEmpty()) {
            reasons.add(new Reason.Unpinned(pinsVisible, map.source()));
        }
        OptionalInt best = OptionalInt.empty();
        for (String pin : map.pins()) {
            OptionalInt rank = balancer.agentPinRank(pin);
            reasons.add(new Reason.Pinned(pin, rank.isPresent() && rank.getAsInt() == 0, map.source()));
            best = best.isEmpty() || (rank.isPresent() && rank.getAsInt() < best.getAsInt()) ? rank : best;
        }
        return best;
    }

    private SortedSet<Integer> agents(BpfMap map, List<Reason> reasons) {
        SortedSet<Integer> processes = new TreeSet<>();
        for (Holder holder : agentsByMap.getOrDefault(map.id(), List.of())) {
            if (processes.add(holder.pid())) {
                reasons.add(new Reason.HeldOpen(holder.command(), holder.pid(), holder.source()));
            }
        }
        return processes;
    }

    private void users(BpfMap map, List<Reason> reasons) {
        List<BpfProgram> users = reach.usersOf(map.id());
        if (users.isEmpty() && evidence.bpf().state().programs().captured()) {
            reasons.add(new Reason.Unused(map.source()));
        }
        for (BpfProgram user : users) {
            boolean directly = user.mapIds().contains(map.id());
            reasons.add(new Reason.UsedBy(user.id(), user.name(), directly, user.source()));
        }
    }

    /** Programs over the same services can differ in their backends map: an old one can still read an old one. */
    private Optional<View> best(BpfMap map) {
        return readersByMap.getOrDefault(map.id(), List.of()).stream()
                .max(Comparator.comparingInt(view -> agreeing(view, map)));
    }

    private int agreeing(View view, BpfMap map) {
        return agentList.agreeing(view, family(view, map));
    }

    /** Frontend by frontend, of the program that agrees best. */
    Optional<Agreement> agreement(OfMap signs) {
        return signs.best().map(view -> agentList.with(view, family(view, signs.map())));
    }

    private static Family family(View view, BpfMap map) {
        return view.services(Family.IPV4).mapId().filter(id -> id == map.id()).isPresent() ? Family.IPV4 : Family.IPV6;
    }
}
