package io.ghostmap.datapath;

import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.net.Endpoint;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The load balancer of a node as its maps and programs tell it.
 *
 * @param generations by role, then from the oldest to the newest
 * @param attachments programs on cgroup hooks as attached, the load balancer's and foreign ones
 * @param views by program id, of every program of the load balancer on a socket hook
 * @param programs what those programs do, by their ids
 * @param owners the load balancer that each map is of, by map id
 * @param identities what each map of the load balancer is, by map id; also those that can be one of several
 * @param services decoded services maps, by map id
 * @param backends decoded backends maps, by map id
 * @param reverseSk decoded reverse_sk maps, by map id
 * @param ambiguities maps that can be one of several, and programs with several maps for one use
 * @param gaps contradictions between lists and dumps
 */
public record Datapath(
        List<Generation> generations,
        List<Attachment> attachments,
        SortedMap<Integer, View> views,
        SortedMap<Integer, SocketProgram> programs,
        SortedMap<Integer, LoadBalancer> owners,
        SortedMap<Integer, Identity> identities,
        SortedMap<Integer, SortedMap<Frontend, Service>> services,
        SortedMap<Integer, SortedMap<Long, Backend>> backends,
        SortedMap<Integer, SortedMap<Endpoint, List<ReverseSkEntry>>> reverseSk,
        List<Ambiguity> ambiguities,
        List<Gap> gaps) {

    /** With what its programs do, which they know by their views and by what is current. */
    Datapath with(SortedMap<Integer, SocketProgram> socketPrograms) {
        return new Datapath(
                generations,
                attachments,
                views,
                Collections.unmodifiableSortedMap(socketPrograms),
                owners,
                identities,
                services,
                backends,
                reverseSk,
                ambiguities,
                gaps);
    }

    public List<Generation> generations(MapRole role) {
        return generations.stream()
                .filter(generation -> generation.role().equals(role))
                .toList();
    }

    public Optional<Generation> generation(int mapId) {
        return generations.stream()
                .filter(generation -> generation.mapId() == mapId)
                .findFirst();
    }

    public Optional<View> view(int programId) {
        return Optional.ofNullable(views.get(programId));
    }

    /** A program that reads that services map: by its other maps the backends are known that belong to it. */
    public Optional<View> readerOf(int servicesMap) {
        return views.values().stream()
                .filter(view -> view.servicesIn(servicesMap).isPresent())
                .findFirst();
    }

    /** Whether the program reads a services or backends map that is not current. */
    public boolean readsStale(View view) {
        return tablesOf(view)
                .anyMatch(id -> generation(id).filter(Generation::isNotCurrent).isPresent());
    }

    /**
     * The same of a program at one hook. A reverse hook's also reads what others noted of their sockets: where that map is
     * not current, only programs that an agent left behind write to it.
     */
    public boolean readsStale(View view, AttachType type) {
        return readsStale(view)
                || (type.translatesBack()
                        && Stream.of(view.ipv4(), view.ipv6())
                                .flatMap(tables -> tables.reverseSk().mapId().stream())
                                .anyMatch(id -> generation(id)
                                        .filter(Generation::isNotCurrent)
                                        .isPresent()));
    }

    /** Whether the program reads services of that family, and every services and backends map that it reads is current. */
    public boolean readsOnlyCurrent(View view, Family family) {
        return view.services(family).mapId().isPresent()
                && tablesOf(view)
                        .allMatch(id ->
                                generation(id).filter(Generation::isCurrent).isPresent());
    }

    /**
     * The programs that the agent which runs now has built: the youngest of each name that reads the current generation,
     * since one that an older agent left behind can read the same pinned maps.
     */
    Set<Integer> programsOfAgent() {
        Comparator<BpfProgram> byAge = Comparator.<BpfProgram>comparingLong(
                        program -> program.loadedAt().orElse(0))
                .thenComparing(BpfProgram::id);
        return views.values().stream()
                .filter(view -> Stream.of(Family.values()).anyMatch(family -> readsOnlyCurrent(view, family)))
                .map(View::program)
                .collect(Collectors.toMap(BpfProgram::name, program -> program, BinaryOperator.maxBy(byAge)))
                .values()
                .stream()
                .map(BpfProgram::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What a program noted of the sockets that it sent to that backend, in the reverse_sk maps that it references itself. */
    public List<ReverseSkEntry> translations(View view, Endpoint backend) {
        return view.maps().stream()
                .flatMap(id -> Stream.ofNullable(reverseSk.get(id)))
                .flatMap(map -> map.getOrDefault(backend, List.of()).stream())
                .toList();
    }

    private static Stream<Integer> tablesOf(View view) {
        return Stream.of(view.servicesV4(), view.backendsV4(), view.servicesV6(), view.backendsV6())
                .flatMap(table -> table.mapId().stream());
    }
}
