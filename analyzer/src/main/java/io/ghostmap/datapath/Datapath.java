package io.ghostmap.datapath;

import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The load balancers of a node as their maps and programs show them. */
public final class Datapath {
    private final List<Generation> generations;
    private final List<Attachment> attachments;
    private final SortedMap<Integer, View> views;
    private final SortedMap<Integer, SocketProgram> programs;
    private final SortedMap<Integer, Identity> identities;
    private final SortedMap<Integer, LoadBalancer> owners;
    private final Tables tables;
    private final List<Ambiguity> ambiguities;
    private final List<Gap> gaps;
    private final Map<MapRole, List<Generation>> byRole;
    private final Map<Integer, Generation> byMap = new HashMap<>();
    private final Map<Integer, View> readers = new HashMap<>();

    Datapath(
            List<Generation> generations,
            List<Attachment> attachments,
            SortedMap<Integer, View> views,
            SortedMap<Integer, Identity> identities,
            SortedMap<Integer, LoadBalancer> owners,
            Tables tables,
            List<Ambiguity> ambiguities,
            List<Gap> gaps,
            Function<BpfProgram, Optional<LoadBalancer>> ownerOf) {
        this.generations = generations;
        this.attachments = attachments;
        this.views = views;
        this.identities = identities;
        this.owners = owners;
        this.tables = tables;
        this.ambiguities = ambiguities;
        this.gaps = gaps;
        this.byRole =
                generations.stream().collect(Collectors.groupingBy(Generation::role, Collectors.toUnmodifiableList()));
        generations.forEach(generation -> byMap.put(generation.mapId(), generation));
        for (View view : views.values()) {
            view.servicesMaps().forEach(map -> readers.putIfAbsent(map, view));
        }
        this.programs = programs(ownerOf);
    }

    /** By role, then from the oldest to the newest. */
    public List<Generation> generations() {
        return generations;
    }

    /** Programs on cgroup hooks as attached, the load balancer's and foreign ones. */
    public List<Attachment> attachments() {
        return attachments;
    }

    /** By program id, of every program of the load balancer on a socket hook. */
    public SortedMap<Integer, View> views() {
        return views;
    }

    /** What those programs do, by program id. */
    public SortedMap<Integer, SocketProgram> programs() {
        return programs;
    }

    /** What each map of the load balancer is, by map id; also those that can be one of several. */
    public SortedMap<Integer, Identity> identities() {
        return identities;
    }

    /** The load balancer that each map is of, by map id. */
    public SortedMap<Integer, LoadBalancer> owners() {
        return owners;
    }

    /** Decoded services maps, by map id. */
    public SortedMap<Integer, SortedMap<Frontend, Service>> services() {
        return Collections.unmodifiableSortedMap(tables.services);
    }

    /** Decoded backends maps, by map id. */
    public SortedMap<Integer, SortedMap<Long, Backend>> backends() {
        return Collections.unmodifiableSortedMap(tables.backends);
    }

    /** Decoded reverse_sk maps, by map id. */
    public SortedMap<Integer, SortedMap<Endpoint, List<ReverseSkEntry>>> reverseSk() {
        return Collections.unmodifiableSortedMap(tables.reverseSk);
    }

    /** Entries of current conntrack maps that keep a client's packets at one backend. */
    public Map<ServiceConnection.Tuple, ServiceConnection> serviceConnections() {
        Map<ServiceConnection.Tuple, ServiceConnection> byTuple = new HashMap<>();
        tables.serviceConnections.forEach((mapId, connections) -> {
            if (generation(mapId).filter(Generation::isNotCurrent).isEmpty()) {
                connections.forEach(connection -> byTuple.putIfAbsent(connection.tuple(), connection));
            }
        });
        return byTuple;
    }

    /** Reasons for which packets were dropped while the bundle was taken; empty as well if the counters were not read twice. */
    public List<Drops> drops() {
        return List.copyOf(tables.drops);
    }

    /** Clients that session affinity keeps at one backend, by the current maps. */
    public List<AffinitySession> sessions(Family family) {
        List<AffinitySession> sessions = new ArrayList<>();
        for (Generation generation : generations(MapRole.of(MapRole.Kind.AFFINITY, family))) {
            MapDump dump = tables.dumps.get(generation.mapId());
            LoadBalancer owner = owners.get(generation.mapId());
            if (generation.isCurrent() && dump != null && owner != null) {
                sessions.addAll(owner.sessions(dump, family));
            }
        }
        return List.copyOf(sessions);
    }

    /** The networks that are listed for services, by the only current map of them; empty unless that was captured whole. */
    public Optional<List<SourceRange>> sourceRanges(Family family) {
        return fromCurrent(
                MapRole.of(MapRole.Kind.SOURCE_RANGE, family), (owner, dump) -> owner.sourceRanges(dump, family));
    }

    /** The ids of services with a table of backends, by the only current map of tables; empty unless that was captured whole. */
    public Optional<Set<Integer>> servicesWithTable(Family family) {
        return fromCurrent(
                MapRole.of(MapRole.Kind.MAGLEV, family), (owner, dump) -> owner.servicesWithTable(dump, family));
    }

    private <T> Optional<T> fromCurrent(MapRole role, BiFunction<LoadBalancer, MapDump, T> reader) {
        List<Generation> current =
                generations(role).stream().filter(Generation::isCurrent).toList();
        if (current.size() != 1 || current.get(0).damage().isPresent()) {
            return Optional.empty();
        }
        int mapId = current.get(0).mapId();
        return Optional.ofNullable(tables.dumps.get(mapId))
                .flatMap(dump -> Optional.ofNullable(owners.get(mapId)).map(owner -> reader.apply(owner, dump)));
    }

    /** Maps that can be one of several, and programs with several maps for one use. */
    public List<Ambiguity> ambiguities() {
        return ambiguities;
    }

    /** Contradictions between lists and dumps. */
    public List<Gap> gaps() {
        return gaps;
    }

    /** From the oldest to the newest. */
    public List<Generation> generations(MapRole role) {
        return byRole.getOrDefault(role, List.of());
    }

    public Optional<Generation> generation(int mapId) {
        return Optional.ofNullable(byMap.get(mapId));
    }

    public Optional<View> view(int programId) {
        return Optional.ofNullable(views.get(programId));
    }

    /** A program that reads that services map; its other maps show which backends belong to it. */
    public Optional<View> readerOf(int servicesMap) {
        return Optional.ofNullable(readers.get(servicesMap));
    }

    /** Whether the program reads a services or backends map that is not current. */
    public boolean readsStale(View view) {
        return tablesOf(view)
                .anyMatch(id -> generation(id).filter(Generation::isNotCurrent).isPresent());
    }

    /**
     * The same for a program at one hook. A program at a reverse hook also reads the reverse_sk entries that other programs
     * wrote: if that map is not current, only leftover programs write to it.
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

    private SortedMap<Integer, SocketProgram> programs(Function<BpfProgram, Optional<LoadBalancer>> ownerOf) {
        Set<Integer> ofAgent = programsOfAgent();
        SortedMap<Integer, SocketProgram> byId = new TreeMap<>();
        views.forEach((id, view) -> ownerOf.apply(view.program())
                .ifPresent(owner -> byId.put(id, owner.program(view, ofAgent.contains(id)))));
        return Collections.unmodifiableSortedMap(byId);
    }

    /**
     * Whether the program shows what the current generation alone does with connects: it translates them, and every map
     * of services and backends that it reads is current. Programs at other hooks read services and no backends.
     */
    public boolean isYardstick(View view, Family family) {
        return view.backends(family).mapId().isPresent() && readsOnlyCurrent(view, family) && translatesForward(view);
    }

    private boolean translatesForward(View view) {
        if (view.madeFor().isPresent()) {
            return view.madeFor().get().translatesForward();
        }
        List<AttachType> hooks = attachments.stream()
                .filter(attachment -> attachment.programId() == view.program().id())
                .map(Attachment::attachType)
                .toList();
        return hooks.isEmpty() || hooks.stream().anyMatch(AttachType::translatesForward);
    }

    /**
     * The programs that the agent which runs now has built: the youngest of each name that reads the current generation,
     * because a leftover program of an older agent can read the same pinned maps.
     */
    private Set<Integer> programsOfAgent() {
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

    /** The entries for sockets that were sent to that backend, in the reverse_sk maps that the program can read. */
    public List<ReverseSkEntry> translations(View view, Endpoint backend) {
        return view.maps().stream()
                .flatMap(id -> Stream.ofNullable(tables.reverseSk.get(id)))
                .flatMap(map -> map.getOrDefault(backend, List.of()).stream())
                .toList();
    }

    private static Stream<Integer> tablesOf(View view) {
        return Stream.of(view.servicesV4(), view.backendsV4(), view.servicesV6(), view.backendsV6())
                .flatMap(table -> table.mapId().stream());
    }
}
