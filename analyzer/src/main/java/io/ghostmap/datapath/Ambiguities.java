package io.ghostmap.datapath;

import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Lists what identification cannot decide: maps that can be one of several, and programs with several maps for one use. */
final class Ambiguities {
    /** What a socket program decides by. */
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
    private final SortedMap<Integer, View> views;

    private Ambiguities(
            Evidence evidence, Reach reach, SortedMap<Integer, Identity> identities, SortedMap<Integer, View> views) {
        this.evidence = evidence;
        this.reach = reach;
        this.identities = identities;
        this.views = views;
    }

    /** By map id, then by program. */
    static List<Ambiguity> of(
            Evidence evidence, Reach reach, SortedMap<Integer, Identity> identities, SortedMap<Integer, View> views) {
        return new Ambiguities(evidence, reach, identities, views).all();
    }

    private List<Ambiguity> all() {
        List<Ambiguity> all = new ArrayList<>();
        identities.forEach((id, identity) -> {
            if (identity.role().isEmpty()) {
                evidence.bpf().state().maps().find(id).ifPresent(map -> all.add(ofMap(map, identity)));
            }
        });
        views.values().forEach(view -> all.addAll(ofProgram(view)));
        return List.copyOf(all);
    }

    private Ambiguity ofMap(BpfMap map, Identity identity) {
        Text unnamed = map.name().isEmpty()
                ? Text.of("it has no name and no pin of such a map")
                : Text.of(
                        "the kernel keeps only {} of each of these names, and no pin shows which it is",
                        Term.name(NameKind.MAP_NAME, map.name()));
        return new Ambiguity(
                List.of(map.id()),
                Text.of(
                        "map {} ({}, key of {} and value of {} bytes) can be {}",
                        Term.map(map.id()),
                        Term.word(map.type()),
                        Term.number(map.keyBytes()),
                        Term.number(map.valueBytes()),
                        or(identity.names())),
                Text.of(
                        "{}; type, sizes and flags fit each of them; {}; {}",
                        unnamed,
                        use(reach.usersOf(map.id())),
                        entries(map.id())),
                cost(map.id(), identity),
                map.source());
    }

    private static Text use(List<BpfProgram> users) {
        return users.isEmpty()
                ? Text.of("no listed program uses it")
                : Text.of("the programs that use it, {}, can use each of them", names(users));
    }

    private Text entries(int mapId) {
        Optional<MapDump> dump = evidence.bpf().dump(mapId);
        if (dump.isEmpty()) {
            return Text.of("it was not dumped");
        }
        return dump.get().count() == 0
                ? Text.of("it has no entry")
                : Text.of("its entries would look the same in each of them");
    }

    private Text cost(int mapId, Identity identity) {
        if (identity.candidates().stream().map(MapRole::kind).noneMatch(DECISIVE::contains)) {
            return Text.of("its entries are shown as bytes; no such map decides where a connection goes");
        }
        List<BpfProgram> socket = reach.usersOf(mapId).stream()
                .filter(program -> views.containsKey(program.id()))
                .toList();
        return socket.isEmpty()
                ? Text.of("it may be an old generation, but is not counted as one")
                : Text.of("what programs {} do is unknown if it depends on this map", names(socket));
    }

    private List<Ambiguity> ofProgram(View view) {
        SortedMap<MapRole, SortedSet<Integer>> byRole = new TreeMap<>();
        for (int id : view.program().mapIds()) {
            Optional.ofNullable(identities.get(id))
                    .flatMap(Identity::role)
                    .filter(role -> DECISIVE.contains(role.kind()))
                    .ifPresent(role ->
                            byRole.computeIfAbsent(role, r -> new TreeSet<>()).add(id));
        }
        return byRole.entrySet().stream()
                .filter(role -> role.getValue().size() > 1)
                .map(role -> severalMaps(view.program(), role.getKey(), List.copyOf(role.getValue())))
                .toList();
    }

    private static Ambiguity severalMaps(BpfProgram program, MapRole role, List<Integer> maps) {
        return new Ambiguity(
                maps,
                Text.of(
                        "program {} references {} {} maps: {}",
                        Term.program(program.id()),
                        Term.number(maps.size()),
                        role.term(),
                        Reach.names(maps)),
                Text.of("a program's list of maps does not show in which of them it looks something up"),
                Text.of("what it does is unknown if it depends on one of them"),
                program.source());
    }

    /** {@code [109, 160]} */
    private static Text names(List<BpfProgram> programs) {
        return Text.of(
                "[{}]",
                Text.join(
                        ", ",
                        programs.stream()
                                .map(program -> Term.program(program.id()))
                                .toList()));
    }

    private static Text or(List<String> names) {
        List<Term> terms =
                names.stream().map(name -> Term.name(NameKind.MAP_NAME, name)).toList();
        int last = terms.size() - 1;
        return last < 1
                ? Text.join("", terms)
                : Text.join(", ", terms.subList(0, last)).then(" or {}", terms.get(last));
    }
}
