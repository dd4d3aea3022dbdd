package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which maps a program can read. {@code map_ids} lists those of its own instructions; a prog array's entries name the
 * programs that it tail-calls, and the entries of an outer map name its inner maps.
 */
final class Reach {
    private final Evidence evidence;
    private final LoadBalancer balancer;
    private final SortedMap<Integer, SortedSet<Integer>> byProgram = new TreeMap<>();
    private final SortedMap<Integer, List<BpfProgram>> users = new TreeMap<>();

    private Reach(Evidence evidence, LoadBalancer balancer) {
        this.evidence = evidence;
        this.balancer = balancer;
    }

    static Reach of(Evidence evidence, LoadBalancer balancer) {
        Reach reach = new Reach(evidence, balancer);
        for (BpfProgram program : evidence.bpf().state().programs().all()) {
            SortedSet<Integer> maps = reach.follow(program);
            reach.byProgram.put(program.id(), Collections.unmodifiableSortedSet(maps));
            maps.forEach(map ->
                    reach.users.computeIfAbsent(map, id -> new ArrayList<>()).add(program));
        }
        reach.users.replaceAll((map, programs) -> List.copyOf(programs));
        return reach;
    }

    /** Ids of all maps within the program's reach. */
    SortedSet<Integer> mapsOf(BpfProgram program) {
        return byProgram.getOrDefault(program.id(), Collections.emptySortedSet());
    }

    /** Programs that can read the map, in the order of their ids. */
    List<BpfProgram> usersOf(int mapId) {
        return users.getOrDefault(mapId, List.of());
    }

    /** {@code [27, 28]} */
    static Text names(Collection<Integer> maps) {
        return Text.of("[{}]", Text.join(", ", maps.stream().map(Term::map).toList()));
    }

    private SortedSet<Integer> follow(BpfProgram first) {
        SortedSet<Integer> maps = new TreeSet<>();
        SortedSet<Integer> seen = new TreeSet<>(List.of(first.id()));
        Deque<BpfProgram> programs = new ArrayDeque<>(List.of(first));
        while (!programs.isEmpty()) {
            Deque<Integer> open = new ArrayDeque<>(programs.remove().mapIds());
            while (!open.isEmpty()) {
                int id = open.remove();
                if (!maps.add(id)) {
                    continue;
                }
                for (int inside : heldBy(id)) {
                    if (isProgramArray(id)) {
                        evidence.bpf().state().programs().find(inside).ifPresent(program -> {
                            if (seen.add(program.id())) {
                                programs.add(program);
                            }
                        });
                    } else {
                        open.add(inside);
                    }
                }
            }
        }
        return maps;
    }

    private List<Integer> heldBy(int mapId) {
        Optional<BpfMap> map = evidence.bpf().state().maps().find(mapId);
        boolean holds = map.filter(
                        m -> m.type().equals("prog_array") || m.type().endsWith("_of_maps"))
                .isPresent();
        return holds ? evidence.bpf().dump(mapId).map(balancer::referencedIds).orElse(List.of()) : List.of();
    }

    private boolean isProgramArray(int mapId) {
        return evidence.bpf()
                .state()
                .maps()
                .find(mapId)
                .filter(map -> map.type().equals("prog_array"))
                .isPresent();
    }
}
