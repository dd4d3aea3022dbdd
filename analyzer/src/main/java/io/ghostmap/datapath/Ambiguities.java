package io.ghostmap.datapath;

import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Names what identification leaves open: maps that can be one of several, and programs with several maps for one use. */
final class Ambiguities {
    /** What a socket program's decision rests on. */
    private static final Set<Kind> DECISIVE = EnumSet.of(
            Kind.SERVICES,
            Kind.BACKENDS,
            Kind.REVERSE_SK,
            Kind.AFFINITY,
            Kind.AFFINITY_MATCH,
            Kind.SKIP_LB,
            Kind.IPCACHE);

    private final Evidence evidence;
    private final Reach reach;
    private final SortedMap<Integer, Identity> identities;
    private final Collection<View> views;

    private Ambiguities(
            Evidence evidence, Reach reach, SortedMap<Integer, Identity> identities, Collection<View> views) {
        this.evidence = evidence;
        this.reach = reach;
        this.identities = identities;
        this.views = views;
    }

    /** By map id, then by program. */
    static List<Ambiguity> of(
            Evidence evidence, Reach reach, SortedMap<Integer, Identity> identities, Collection<View> views) {
        return new Ambiguities(evidence, reach, identities, views).all();
    }

    private List<Ambiguity> all() {
        List<Ambiguity> all = new ArrayList<>();
        identities.forEach((id, identity) -> {
            if (identity.role().isEmpty()) {
                evidence.bpf().state().maps().find(id).ifPresent(map -> all.add(ofMap(map, identity)));
            }
        });
        views.forEach(view -> ofProgram(view, all));
        return List.copyOf(all);
    }

    private Ambiguity ofMap(BpfMap map, Identity identity) {
        List<BpfProgram> users = reach.usersOf(map.id());
        return new Ambiguity(
                List.of(map.id()),
                "map " + map.id() + " (" + map.type() + ", key of " + map.keyBytes() + " and value of "
                        + map.valueBytes() + " bytes) can be " + or(identity.names()),
                (map.name().isEmpty()
                                ? "it has no name and no pin of such a map"
                                : "the kernel keeps " + map.name() + " of the name of each of them, and no pin tells")
                        + "; type, sizes and flags fit each of them; " + use(users) + "; " + entries(map.id()),
                cost(map.id(), identity),
                map.source());
    }

    private static String use(List<BpfProgram> users) {
        return users.isEmpty()
                ? "no listed program uses it"
                : "the programs that use it, " + ids(users) + ", can use each of them";
    }

    private String entries(int mapId) {
        Optional<MapDump> dump = evidence.bpf().dump(mapId);
        return dump.isEmpty()
                ? "it was not dumped"
                : dump.get().count() == 0 ? "it holds no entry" : "what it holds has the same form in each of them";
    }

    private String cost(int mapId, Identity identity) {
        if (identity.candidates().stream().map(MapRole::kind).noneMatch(DECISIVE::contains)) {
            return "its entries are shown as bytes only; no connect is decided by such a map";
        }
        List<BpfProgram> socket = views.stream()
                .filter(view -> view.maps().contains(mapId))
                .map(View::program)
                .toList();
        return socket.isEmpty()
                ? "it is not counted among the generations: whether it is an old one of them is not known"
                : "what programs " + ids(socket) + " do is unknown wherever it rests on this map";
    }

    private void ofProgram(View view, List<Ambiguity> all) {
        Map<MapRole, List<Integer>> byRole = new TreeMap<>();
        for (int id : view.program().mapIds()) {
            Optional.ofNullable(identities.get(id))
                    .flatMap(Identity::role)
                    .filter(role -> DECISIVE.contains(role.kind()))
                    .ifPresent(role ->
                            byRole.computeIfAbsent(role, r -> new ArrayList<>()).add(id));
        }
        byRole.forEach((role, maps) -> {
            List<Integer> distinct = maps.stream().distinct().sorted().toList();
            if (distinct.size() > 1) {
                all.add(new Ambiguity(
                        distinct,
                        "program " + view.program().id() + " references " + distinct.size() + " " + role + " maps: "
                                + distinct,
                        "a program's list of maps does not tell which of two it looks something up in",
                        "what it does is unknown wherever it rests on one of them",
                        view.program().source()));
            }
        });
    }

    private static List<Integer> ids(List<BpfProgram> programs) {
        return programs.stream().map(BpfProgram::id).toList();
    }

    private static String or(List<String> names) {
        int last = names.size() - 1;
        return last < 1 ? String.join("", names) : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }
}
