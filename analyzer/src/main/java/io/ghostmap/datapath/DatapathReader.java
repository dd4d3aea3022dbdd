package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The door of the room: interprets the evidence of one node. */
public final class DatapathReader {
    private final Evidence evidence;
    private final LoadBalancer balancer;
    private final SortedMap<Integer, MapRole> roles = new TreeMap<>();
    private final SortedMap<Integer, SortedMap<Frontend, Service>> services = new TreeMap<>();
    private final SortedMap<Integer, SortedMap<Long, Backend>> backends = new TreeMap<>();
    private final SortedMap<Integer, List<ReverseSkEntry>> reverseSk = new TreeMap<>();

    private DatapathReader(Evidence evidence, LoadBalancer balancer) {
        this.evidence = evidence;
        this.balancer = balancer;
    }

    public static Datapath read(Evidence evidence, LoadBalancer balancer) {
        return new DatapathReader(evidence, balancer).read();
    }

    private Datapath read() {
        for (BpfMap map : evidence.state().maps().all()) {
            balancer.roleOf(map).ifPresent(role -> {
                roles.put(map.id(), role);
                evidence.dump(map.id()).ifPresent(dump -> decode(map, role, dump));
            });
        }
        List<Attachment> attachments = Attachments.of(evidence);
        SortedMap<Integer, View> views = views();
        List<Generation> generations = new ArrayList<>();
        for (MapRole role : MapRole.values()) {
            generations.addAll(generationsOf(role, attachments, views.values()));
        }
        return new Datapath(
                List.copyOf(generations),
                attachments,
                views,
                Collections.unmodifiableSortedMap(services),
                Collections.unmodifiableSortedMap(backends),
                Collections.unmodifiableSortedMap(reverseSk));
    }

    /** A dump whose rows have other sizes than the map is no dump of that map. */
    private void decode(BpfMap map, MapRole role, MapDump dump) {
        if (dump.count() > 0 && (dump.keyBytes() != map.keyBytes() || dump.valueBytes() != map.valueBytes())) {
            return;
        }
        if (dump.count() == 0 && dump.damage().isPresent()) {
            return;
        }
        if (role.isServices()) {
            services.put(map.id(), balancer.services(dump, role.family()));
        } else if (role.isBackends()) {
            backends.put(map.id(), balancer.backends(dump, role.family()));
        } else if (role.isReverseSk()) {
            reverseSk.put(map.id(), balancer.reverseSk(dump, role.family()));
        }
    }

    private List<Generation> generationsOf(MapRole role, List<Attachment> attachments, Collection<View> views) {
        List<BpfMap> maps = evidence.state().maps().all().stream()
                .filter(map -> roles.get(map.id()) == role)
                .sorted(Comparator.comparingLong(this::age).thenComparingInt(BpfMap::id))
                .toList();
        CurrentMap judge = CurrentMap.among(maps, evidence, balancer, views);
        List<Generation> generations = new ArrayList<>();
        for (BpfMap map : maps) {
            List<Integer> programs = usersOf(map).stream().map(BpfProgram::id).toList();
            Optional<MapDump> dump = evidence.dump(map.id());
            generations.add(new Generation(
                    role,
                    map,
                    generations.size() + 1,
                    judge.currencyOf(map),
                    judge.reasonsFor(map),
                    programs,
                    attachments.stream()
                            .filter(attachment -> programs.contains(attachment.programId()))
                            .toList(),
                    dump.filter(d -> d.count() > 0 || d.damage().isEmpty()).map(MapDump::count),
                    dump.isEmpty() ? Optional.of("not dumped") : dump.get().damage()));
        }
        return generations;
    }

    /**
     * Maps have no time of creation: a map is at least as old as the oldest program that references it. Program ids
     * rise with time and break the ties of the load time, which has seconds only.
     */
    private long age(BpfMap map) {
        return usersOf(map).stream().mapToLong(BpfProgram::id).min().orElse(Long.MAX_VALUE);
    }

    private List<BpfProgram> usersOf(BpfMap map) {
        return programs().stream()
                .filter(program -> program.mapIds().contains(map.id()))
                .toList();
    }

    private Collection<BpfProgram> programs() {
        return evidence.state().programs().all();
    }

    private SortedMap<Integer, View> views() {
        SortedMap<Integer, View> views = new TreeMap<>();
        for (BpfProgram program : programs()) {
            if (balancer.owns(program)) {
                views.put(
                        program.id(),
                        new View(
                                program,
                                balancer.semanticsOf(program),
                                table(program, MapRole.SERVICES_V4, services),
                                table(program, MapRole.BACKENDS_V4, backends),
                                table(program, MapRole.SERVICES_V6, services),
                                table(program, MapRole.BACKENDS_V6, backends)));
            }
        }
        return Collections.unmodifiableSortedMap(views);
    }

    private <T> Table<T> table(BpfProgram program, MapRole role, SortedMap<Integer, T> decoded) {
        Optional<Integer> id = program.mapIds().stream()
                .filter(mapId -> roles.get(mapId) == role)
                .findFirst();
        boolean whole = id.flatMap(evidence::dump)
                .filter(dump -> dump.damage().isEmpty())
                .isPresent();
        return new Table<>(id, id.flatMap(mapId -> Optional.ofNullable(decoded.get(mapId))), whole);
    }
}
