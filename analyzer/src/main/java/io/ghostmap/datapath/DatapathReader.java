package io.ghostmap.datapath;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.CurrentMap.Judged;
import io.ghostmap.datapath.Generation.Basis;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.datapath.Generation.Reason;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** The entry point of the package: interprets the evidence of one node. */
public final class DatapathReader {
    private final Evidence evidence;
    private final List<LoadBalancer> balancers;

    /** By map id: whose map it is. */
    private final SortedMap<Integer, LoadBalancer> owners = new TreeMap<>();

    private final Reach reach;
    private final SortedMap<Integer, Identity> identities = new TreeMap<>();
    private final SortedMap<Integer, MapRole> roles = new TreeMap<>();
    private final Tables tables;
    private final List<Gap> gaps = new ArrayList<>();

    private DatapathReader(Evidence evidence, List<LoadBalancer> balancers) {
        this.evidence = evidence;
        this.balancers = balancers;
        this.reach = Reach.of(evidence, balancers.get(0));
        evidence.bpf().state().maps().all().forEach(this::identify);
        balancers.forEach(balancer -> gaps.addAll(balancer.gaps()));
        this.tables = Tables.decode(evidence, identities, owners, gaps);
    }

    /** With all the load balancers that are known. */
    public static Datapath read(Evidence evidence) {
        return read(evidence, LoadBalancers.onNode(evidence));
    }

    /** {@code balancers}: at least one; of two that know a map or a program the former has it. */
    public static Datapath read(Evidence evidence, List<LoadBalancer> balancers) {
        return new DatapathReader(evidence, balancers).read();
    }

    private void identify(BpfMap map) {
        for (LoadBalancer balancer : balancers) {
            Optional<Identity> identity = balancer.identify(
                    map, reach.usersOf(map.id()), evidence.bpf().dump(map.id()));
            if (identity.isPresent()) {
                owners.put(map.id(), balancer);
                identities.put(map.id(), identity.get());
                identity.get().role().ifPresent(role -> roles.put(map.id(), role));
                return;
            }
        }
    }

    private Datapath read() {
        List<Attachment> attachments = Attachments.of(evidence);
        SortedMap<Integer, View> views = views();
        Datapath datapath = new Datapath(
                generations(attachments, views.values()),
                attachments,
                views,
                new TreeMap<>(),
                Collections.unmodifiableSortedMap(owners),
                Collections.unmodifiableSortedMap(identities),
                Tables.readOnly(tables.services),
                Tables.readOnly(tables.backends),
                Tables.readOnly(tables.reverseSk),
                Ambiguities.of(evidence, reach, identities, views.values()),
                List.copyOf(gaps));
        Set<Integer> ofAgent = datapath.programsOfAgent();
        SortedMap<Integer, SocketProgram> programs = new TreeMap<>();
        views.forEach((id, view) -> ownerOf(view.program())
                .ifPresent(owner -> programs.put(id, owner.program(view, ofAgent.contains(id)))));
        return datapath.with(programs);
    }

    /**
     * Services first: which of them is current is decided by its own signs. The other maps follow the services that the
     * same programs read, so that one set of maps is never split into a current and a stale half.
     */
    private List<Generation> generations(List<Attachment> attachments, Collection<View> views) {
        List<Generation> generations = new ArrayList<>();
        for (LoadBalancer balancer : balancers) {
            CurrentMap currentMap = new CurrentMap(evidence, balancer, reach, views, attachments);
            Map<Integer, Judged> judged = judged(balancer, currentMap);
            for (MapRole role : MapRole.values()) {
                if (!role.isSingle()) {
                    continue;
                }
                List<BpfMap> maps = mapsOf(balancer, role);
                int order = 1;
                for (BpfMap map : maps) {
                    Judged about = judged.getOrDefault(map.id(), Judged.NOT_ASKED);
                    Reason age = age(map, order, maps.size());
                    generations.add(generation(role, map, order++, age, about, attachments));
                }
            }
        }
        return List.copyOf(generations);
    }

    private Map<Integer, Judged> judged(LoadBalancer balancer, CurrentMap currentMap) {
        Map<Integer, Judged> judged = new HashMap<>();
        for (MapRole role : MapRole.values()) {
            if (role.isServices()) {
                currentMap.among(mapsOf(balancer, role)).forEach(judged::put);
            }
        }
        for (MapRole role : MapRole.values()) {
            if (!role.isServices()) {
                Map<Integer, Judged> own = currentMap.among(mapsOf(balancer, role));
                own.forEach((id, alone) -> judged.put(id, followServices(id, alone, judged)));
            }
        }
        return judged;
    }

    /**
     * Signs of its own stand: the agent can renew services and keep backends, or the reverse. Without them a map is
     * current if any program reads it together with current services, and otherwise as those services are.
     */
    private Judged followServices(int mapId, Judged alone, Map<Integer, Judged> judged) {
        if (alone.basis() == Basis.SIGNS) {
            return alone;
        }
        Set<Currency> together = EnumSet.noneOf(Currency.class);
        for (BpfProgram program : programs()) {
            if (reach.mapsOf(program).contains(mapId)) {
                reach.mapsOf(program).stream()
                        .filter(id -> roles.containsKey(id) && roles.get(id).isServices())
                        .map(id -> judged.getOrDefault(id, Judged.NOT_ASKED).currency())
                        .forEach(together::add);
            }
        }
        if (together.isEmpty()) {
            return alone;
        }
        Currency currency = together.contains(Currency.CURRENT)
                ? Currency.CURRENT
                : together.contains(Currency.UNKNOWN) ? Currency.UNKNOWN : Currency.NOT_CURRENT;
        return new Judged(currency, alone.basis(), alone.reasons(), alone.agreement());
    }

    private List<BpfMap> mapsOf(LoadBalancer balancer, MapRole role) {
        return evidence.bpf().state().maps().all().stream()
                .filter(map -> role.equals(roles.get(map.id())) && balancer.equals(owners.get(map.id())))
                .sorted(Comparator.comparingInt(BpfMap::id))
                .toList();
    }

    private Generation generation(
            MapRole role, BpfMap map, int order, Reason age, Judged judged, List<Attachment> attachments) {
        List<Integer> programs = usersOf(map).stream().map(BpfProgram::id).toList();
        Optional<MapDump> dump = evidence.bpf().dump(map.id());
        return new Generation(
                role,
                map,
                order,
                age,
                judged.currency(),
                judged.basis(),
                with(judged.reasons(), age),
                programs,
                attachments.stream()
                        .filter(attachment -> programs.contains(attachment.programId()))
                        .toList(),
                dump.filter(d -> d.count() > 0 || d.damage().isEmpty()).map(MapDump::count),
                dump.isEmpty() ? Optional.of("not dumped") : dump.get().damage().map(Text::plain),
                judged.agreement());
    }

    private static List<Reason> with(List<Reason> reasons, Reason age) {
        List<Reason> all = new ArrayList<>(reasons);
        if (!age.text().isEmpty()) {
            all.add(age);
        }
        return List.copyOf(all);
    }

    /**
     * Maps have no time of creation, but their ids rise ({@code idr_alloc_cyclic} in kernel/bpf/syscall.c, 2^31 of them),
     * and a program can only reference a map that is there already.
     */
    private Reason age(BpfMap map, int order, int all) {
        Optional<BpfProgram> first = usersOf(map).stream().min(Comparator.comparingInt(BpfProgram::id));
        String place =
                all == 1 ? "" : order == 1 ? "the oldest by its id" : order == all ? "the youngest by its id" : "";
        String bound = first.filter(program -> program.loadedAt().isPresent())
                .map(program -> "older than program " + program.id() + ", which was loaded at "
                        + Instant.ofEpochSecond(program.loadedAt().getAsLong()))
                .orElse("");
        return new Reason(
                place + (place.isEmpty() || bound.isEmpty() ? "" : ", and ") + bound,
                first.map(BpfProgram::source).orElse(map.source()));
    }

    private List<BpfProgram> usersOf(BpfMap map) {
        return reach.usersOf(map.id());
    }

    private Collection<BpfProgram> programs() {
        return evidence.bpf().state().programs().all();
    }

    private SortedMap<Integer, View> views() {
        SortedMap<Integer, View> views = new TreeMap<>();
        for (BpfProgram program : programs()) {
            if (ownerOf(program).isPresent()) {
                nameUnlistedMaps(program);
                views.put(program.id(), view(program));
            }
        }
        return Collections.unmodifiableSortedMap(views);
    }

    private View view(BpfProgram program) {
        SortedSet<Integer> maps = reach.mapsOf(program);
        SortedMap<MapRole, Table<MapDump>> others = new TreeMap<>();
        for (MapRole role : MapRole.values()) {
            others.put(role, table(program, role, tables.dumps));
        }
        return new View(
                program,
                maps,
                tables(program, Family.IPV4),
                tables(program, Family.IPV6),
                Collections.unmodifiableSortedMap(others));
    }

    private FamilyTables tables(BpfProgram program, Family family) {
        return new FamilyTables(
                table(program, MapRole.of(Kind.SERVICES, family), tables.services),
                table(program, MapRole.of(Kind.BACKENDS, family), tables.backends),
                table(program, MapRole.of(Kind.REVERSE_SK, family), tables.reverseSk));
    }

    /** By its name, or by its maps: programs of old agents have no name, and a name can be anything. */
    private Optional<LoadBalancer> ownerOf(BpfProgram program) {
        return balancers.stream()
                .filter(balancer -> balancer.owns(program)
                        || (balancer.isSocketProgram(program) && readsServicesOf(balancer, program)))
                .findFirst();
    }

    private boolean readsServicesOf(LoadBalancer balancer, BpfProgram program) {
        return program.mapIds().stream()
                .anyMatch(id -> roles.containsKey(id) && roles.get(id).isServices() && balancer.equals(owners.get(id)));
    }

    private void nameUnlistedMaps(BpfProgram program) {
        List<Integer> unlisted = unlisted(program);
        if (!unlisted.isEmpty() && evidence.bpf().state().maps().captured()) {
            gaps.add(new Gap(
                    Artifact.of(ArtifactKind.MAPS_BEFORE),
                    Text.of(
                            "lacks maps [{}], which program {} references",
                            Text.join(", ", unlisted.stream().map(Term::map).toList()),
                            Term.program(program.id()))));
        }
    }

    private List<Integer> unlisted(BpfProgram program) {
        return program.mapIds().stream()
                .filter(id -> evidence.bpf().state().maps().find(id).isEmpty())
                .toList();
    }

    /** The map of that role that the program references itself; else the one that it reaches through other programs. */
    private <T> Table<T> table(BpfProgram program, MapRole role, SortedMap<Integer, T> decoded) {
        List<Integer> own = ofRole(program.mapIds(), role);
        List<Integer> ids = own.isEmpty() ? ofRole(reach.mapsOf(program), role) : own;
        if (ids.size() > 1) {
            return Table.doubtful(
                    "program " + program.id() + " references " + ids.size() + " " + role + " maps: " + ids);
        }
        List<Integer> unlisted = unlisted(program);
        if (ids.isEmpty() && !unlisted.isEmpty()) {
            return Table.doubtful(
                    "program " + program.id() + " references maps " + unlisted + ", which are in no list");
        }
        if (ids.isEmpty() && program.mapIds().isEmpty()) {
            return Table.doubtful("the maps of program " + program.id() + " are not known");
        }
        Optional<Integer> ambiguous = ids.isEmpty() ? ambiguous(program, role) : Optional.empty();
        if (ambiguous.isPresent()) {
            return Table.doubtful("program " + program.id() + " references map " + ambiguous.get() + ", which "
                    + Optional.ofNullable(identities.get(ambiguous.get()))
                            .map(Identity::why)
                            .orElse(""));
        }
        Optional<Integer> id = ids.stream().findFirst();
        boolean whole = id.flatMap(evidence.bpf()::dump)
                .filter(dump -> dump.damage().isEmpty())
                .isPresent();
        return new Table<>(id, id.flatMap(mapId -> Optional.ofNullable(decoded.get(mapId))), whole, Optional.empty());
    }

    private List<Integer> ofRole(Collection<Integer> maps, MapRole role) {
        return maps.stream().filter(id -> role.equals(roles.get(id))).distinct().toList();
    }

    /** A map that can be of that role, or of another. */
    private Optional<Integer> ambiguous(BpfProgram program, MapRole role) {
        return reach.mapsOf(program).stream()
                .filter(id -> !roles.containsKey(id))
                .filter(id -> identities.containsKey(id)
                        && identities.get(id).candidates().contains(role))
                .findFirst();
    }
}
