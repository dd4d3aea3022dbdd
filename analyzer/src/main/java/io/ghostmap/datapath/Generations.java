package io.ghostmap.datapath;

import io.ghostmap.datapath.CurrentMap.Judged;
import io.ghostmap.datapath.Generation.Basis;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.datapath.Reason.Place;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.text.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Orders the maps of each role by age and decides which of them is current. Services come first: they are judged by their
 * own signs, and the other maps follow the services that the same programs read. Otherwise one set of maps could be split
 * into a current and a stale half.
 */
final class Generations {
    private final Evidence evidence;
    private final Reach reach;
    private final MapRoles roles;
    private final AttachmentIndex attachments;
    private final Map<Integer, Judged> judged = new HashMap<>();

    /** By program: the currencies of the services that it reads. */
    private final Map<Integer, Set<Currency>> ofServices = new HashMap<>();

    Generations(Evidence evidence, Reach reach, MapRoles roles, AttachmentIndex attachments) {
        this.evidence = evidence;
        this.reach = reach;
        this.roles = roles;
        this.attachments = attachments;
    }

    /** Of the maps of that load balancer: by role, then from the oldest to the youngest. */
    List<Generation> of(LoadBalancer balancer, Collection<View> views) {
        CurrentMap currentMap =
                new CurrentMap(new Signs(evidence, balancer, reach, views), new Territories(reach, attachments));
        SortedMap<MapRole, List<BpfMap>> byRole = roles.maps(balancer);
        byRole.forEach((role, maps) -> {
            if (role.isServices()) {
                judged.putAll(currentMap.among(maps));
            }
        });
        byRole.forEach((role, maps) -> {
            if (!role.isServices()) {
                currentMap.among(maps).forEach((id, alone) -> judged.put(id, followingServices(id, alone)));
            }
        });
        List<Generation> generations = new ArrayList<>();
        byRole.forEach((role, maps) -> {
            for (int i = 0; role.isSingle() && i < maps.size(); i++) {
                generations.add(generation(role, maps.get(i), i + 1, maps.size()));
            }
        });
        return generations;
    }

    /**
     * A map with signs of its own keeps its judgment, because an agent can replace services and keep backends, or the
     * reverse. Without them a map is current if any program reads it together with current services; otherwise it is what
     * those services are.
     */
    private Judged followingServices(int mapId, Judged alone) {
        if (alone.basis() == Basis.SIGNS) {
            return alone;
        }
        Set<Currency> together = EnumSet.noneOf(Currency.class);
        reach.usersOf(mapId).forEach(program -> together.addAll(ofServices(program)));
        if (together.isEmpty()) {
            return alone;
        }
        return alone.with(
                together.contains(Currency.CURRENT)
                        ? Currency.CURRENT
                        : together.contains(Currency.UNKNOWN) ? Currency.UNKNOWN : Currency.NOT_CURRENT);
    }

    private Set<Currency> ofServices(BpfProgram program) {
        return ofServices.computeIfAbsent(program.id(), id -> {
            Set<Currency> currencies = EnumSet.noneOf(Currency.class);
            for (int map : reach.mapsOf(program)) {
                if (roles.isServices(map)) {
                    currencies.add(judgedOf(map).currency());
                }
            }
            return currencies;
        });
    }

    private Judged judgedOf(int map) {
        return judged.getOrDefault(map, Judged.NOT_ASKED);
    }

    private Generation generation(MapRole role, BpfMap map, int order, int all) {
        List<BpfProgram> users = reach.usersOf(map.id());
        List<Integer> programs = users.stream().map(BpfProgram::id).toList();
        Optional<MapDump> dump = evidence.bpf().dump(map.id());
        Judged about = judgedOf(map.id());
        List<Reason> reasons = new ArrayList<>(about.reasons());
        Reason.Age age = age(map, order, all, users);
        if (age.isKnown()) {
            reasons.add(age);
        }
        return new Generation(
                role,
                map,
                order,
                about.currency(),
                about.basis(),
                List.copyOf(reasons),
                programs,
                attachments.of(programs),
                dump.filter(d -> d.count() > 0 || d.damage().isEmpty()).map(MapDump::count),
                dump.isEmpty() ? Optional.of(Text.of("not dumped")) : dump.get().damage(),
                about.agreement());
    }

    /**
     * The kernel keeps no time of creation, but ids of maps rise ({@code idr_alloc_cyclic} in kernel/bpf/syscall.c, 2^31 of them),
     * and a program can only reference a map that is there already.
     */
    private static Reason.Age age(BpfMap map, int order, int all, List<BpfProgram> users) {
        Place place =
                all == 1 ? Place.BETWEEN : order == 1 ? Place.OLDEST : order == all ? Place.YOUNGEST : Place.BETWEEN;
        Optional<BpfProgram> first = users.stream().findFirst();
        Optional<Reason.Loaded> bound = first.filter(
                        program -> program.loadedAt().isPresent())
                .map(program -> new Reason.Loaded(
                        program.id(), Instant.ofEpochSecond(program.loadedAt().getAsLong())));
        return new Reason.Age(place, bound, first.map(BpfProgram::source).orElse(map.source()));
    }
}
