package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-36: programs in the kernel note sockets in a map and pass data from one to the other, which bypasses the network stack.
 * If they are leftovers of an earlier installation, connections are established but no data arrives.
 *
 * <p>Guards: only programs with such a map count, because many sock_ops programs just set options; and other products redirect
 * on purpose, so this is never more than worth knowing.
 */
final class SocketRedirection implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-36",
            CatalogEntry.Kind.NODE,
            Text.of("programs redirect data between sockets past the network stack"),
            Set.of(Requirement.MAPS, Requirement.PROGRAMS),
            Severity.INFO,
            Severity.INFO,
            AttachmentManuals.SOCKET_REDIRECTION);

    /** {@code enum bpf_prog_type}, as bpftool spells them. */
    private static final Set<String> PROGRAM_TYPES = Set.of("sock_ops", "sk_msg", "sk_skb");

    private static final Set<String> MAP_TYPES = Set.of("sockmap", "sockhash");

    private static final int MAX_CITED = 8;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Collection<BpfMap> maps = incident.evidence().bpf().state().maps().all();
        List<BpfMap> tables =
                maps.stream().filter(map -> MAP_TYPES.contains(map.type())).toList();
        List<Integer> ids = tables.stream().map(BpfMap::id).toList();
        List<BpfProgram> programs = incident.evidence().bpf().state().programs().all().stream()
                .filter(program -> PROGRAM_TYPES.contains(program.type()))
                .filter(program -> program.mapIds().stream().anyMatch(ids::contains))
                .toList();
        return programs.isEmpty()
                ? List.of()
                : List.of(finding(
                        incident,
                        programs,
                        tables.stream()
                                .filter(map -> programs.stream()
                                        .anyMatch(program -> program.mapIds().contains(map.id())))
                                .toList()));
    }

    private static Finding.Draft finding(Incident incident, List<BpfProgram> programs, List<BpfMap> tables) {
        Names names = new Names(incident);
        List<Text> named = programs.stream()
                .map(program -> program.name().isEmpty()
                        ? Text.of("{}", Term.program(program.id()))
                        : Text.of(
                                "{} {}", Term.program(program.id()), Term.name(NameKind.PROGRAM_NAME, program.name())))
                .toList();
        return Finding.draft(ENTRY, Severity.INFO, Confidence.POSSIBLE)
                .about(programs.stream()
                        .map(program -> new Subject.Program(program.id()))
                        .toList())
                .about(tables.stream().map(map -> new Subject.Map(map.id())).toList())
                .title(
                        Text.of("Data between sockets of {} may bypass the network stack", names.node()),
                        Text.of(
                                "{} {} {} {}",
                                programs.size() == 1 ? Text.of("program") : Text.of("programs"),
                                Text.few(named),
                                programs.size() == 1 ? Text.of("uses the socket") : Text.of("use the socket"),
                                tables.size() == 1
                                        ? Text.of(
                                                "map {}", Term.map(tables.get(0).id()))
                                        : Text.of(
                                                "maps {}",
                                                Text.few(Terms.maps(tables.stream()
                                                        .map(BpfMap::id)
                                                        .toList())))))
                .summary(Text.of(
                        "It matters only if connections are established and then no data arrives between two sockets of this node. A"
                                + " SYN without an answer has another cause."))
                .explanation(explanation(programs, tables))
                .supporting(Stream.concat(
                                programs.stream().map(BpfProgram::source),
                                tables.stream().map(BpfMap::source))
                        .limit(MAX_CITED)
                        .toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See where they are attached, and which process owns them"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(
                                        Action.Look.CGROUP_TREE,
                                        Action.Look.LINKS,
                                        Action.Look.PINS,
                                        Action.Look.HOLDERS))
                        .check(Text.of(
                                "If a running process or a pin of an installed product has them, they are wanted. Otherwise they are"
                                        + " leftovers, and a reboot of the drained node ends them."))));
    }

    private static List<Text> explanation(List<BpfProgram> programs, List<BpfMap> tables) {
        List<Text> paragraphs = new ArrayList<>();
        paragraphs.add(
                Text.of(
                        "A program of type sock_ops notes the sockets of new connections in the map, and one of type sk_msg or sk_skb gives"
                                + " the data of one of them to the other. A capture shows the handshake and nothing after it."));
        boolean ofCilium = Stream.concat(
                        programs.stream().map(BpfProgram::name), tables.stream().map(BpfMap::name))
                .anyMatch(name -> name.startsWith("cil_") || name.startsWith("cilium_"));
        paragraphs.add(
                ofCilium
                        ? Text.of(
                                "The names are those of Cilium, which had this as an option in earlier releases only. An agent"
                                        + " without it does not remove what an earlier one attached.")
                        : Text.of(
                                "The names are not those of Cilium. Service meshes and accelerators do this on purpose."));
        return paragraphs;
    }
}
