package io.ghostmap.datapath;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.MapRole.Kind;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes the view of each program of a load balancer: which map it reads for which purpose, or why that is not known. */
final class Views {
    private final Evidence evidence;
    private final List<LoadBalancer> balancers;
    private final Reach reach;
    private final MapRoles roles;
    private final Tables tables;

    Views(Evidence evidence, List<LoadBalancer> balancers, Reach reach, MapRoles roles, Tables tables) {
        this.evidence = evidence;
        this.balancers = balancers;
        this.reach = reach;
        this.roles = roles;
        this.tables = tables;
    }

    /** By program id. {@code gaps} takes maps that a program references and no list has. */
    SortedMap<Integer, View> all(List<Gap> gaps) {
        SortedMap<Integer, View> byProgram = new TreeMap<>();
        for (BpfProgram program : evidence.bpf().state().programs().all()) {
            ownerOf(program).ifPresent(owner -> {
                unlistedMaps(program).ifPresent(gaps::add);
                byProgram.put(program.id(), view(program, owner));
            });
        }
        return Collections.unmodifiableSortedMap(byProgram);
    }

    /** By its name, or by its maps: programs of old agents have no name, and a name can be anything. */
    Optional<LoadBalancer> ownerOf(BpfProgram program) {
        return balancers.stream()
                .filter(balancer -> balancer.owns(program)
                        || (balancer.isSocketProgram(program) && readsServicesOf(balancer, program)))
                .findFirst();
    }

    private boolean readsServicesOf(LoadBalancer balancer, BpfProgram program) {
        return program.mapIds().stream()
                .filter(roles::isServices)
                .anyMatch(id -> roles.owner(id).filter(balancer::equals).isPresent());
    }

    private Optional<Gap> unlistedMaps(BpfProgram program) {
        List<Integer> unlisted = unlisted(program);
        return unlisted.isEmpty() || !evidence.bpf().state().maps().captured()
                ? Optional.empty()
                : Optional.of(new Gap(
                        Artifact.of(ArtifactKind.MAPS_BEFORE),
                        Text.of(
                                "lacks maps {}, which program {} references",
                                Reach.names(unlisted),
                                Term.program(program.id()))));
    }

    private List<Integer> unlisted(BpfProgram program) {
        return program.mapIds().stream()
                .filter(id -> evidence.bpf().state().maps().find(id).isEmpty())
                .toList();
    }

    private View view(BpfProgram program, LoadBalancer owner) {
        SortedMap<MapRole, Table<MapDump>> others = new TreeMap<>();
        for (MapRole role : MapRole.values()) {
            others.put(role, table(program, role, tables.dumps));
        }
        return new View(
                program,
                owner.hookOf(program),
                reach.mapsOf(program),
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

    /** The map of that role that the program itself references, or else the one that it reaches through other programs. */
    private <T> Table<T> table(BpfProgram program, MapRole role, SortedMap<Integer, T> decoded) {
        List<Integer> own = roles.ofRole(program.mapIds(), role);
        List<Integer> ids = own.isEmpty() ? roles.ofRole(reach.mapsOf(program), role) : own;
        Optional<Text> doubt = ids.isEmpty() ? whyNone(program, role) : whySeveral(program, role, ids);
        if (doubt.isPresent()) {
            return Table.doubtful(doubt.get());
        }
        if (ids.isEmpty()) {
            return Table.none();
        }
        int id = ids.get(0);
        Optional<MapDump> dump = evidence.bpf().dump(id);
        boolean whole = dump.filter(d -> d.damage().isEmpty()).isPresent();
        return new Table<>(Optional.of(id), Optional.ofNullable(decoded.get(id)), whole, Optional.empty());
    }

    private static Optional<Text> whySeveral(BpfProgram program, MapRole role, List<Integer> ids) {
        return ids.size() == 1
                ? Optional.empty()
                : Optional.of(Text.of(
                        "program {} references {} {} maps: {}",
                        Term.program(program.id()),
                        Term.number(ids.size()),
                        role.term(),
                        Reach.names(ids)));
    }

    /** Why no map of that role can be named although the program may read one. */
    private Optional<Text> whyNone(BpfProgram program, MapRole role) {
        Term id = Term.program(program.id());
        List<Integer> unlisted = unlisted(program);
        if (!unlisted.isEmpty()) {
            return Optional.of(Text.of("program {} references maps {}, which no list has", id, Reach.names(unlisted)));
        }
        if (program.mapIds().isEmpty()) {
            return Optional.of(Text.of("the maps of program {} are not known", id));
        }
        return reach.mapsOf(program).stream()
                .flatMap(map -> roles.identity(map).stream()
                        .filter(identity -> identity.role().isEmpty()
                                && identity.candidates().contains(role))
                        .map(identity ->
                                Text.of("program {} references map {}, which {}", id, Term.map(map), identity.why())))
                .findFirst();
    }
}
