package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Backend;
import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * SLB-06: connections go to an address that no map, no slice and no rule of the node explains, and a program that is not the
 * load balancer's runs at connect(): it can have sent them there.
 *
 * <p>Guards: what such a program does is not known from its metadata, and many only watch. The claim is likely only for a
 * program that is known to translate, by its name or by those of its maps; any other is a suspect. For such a suspect,
 * only addresses near those of backends count: clients mostly asked for the others themselves.
 */
final class ForeignProgram implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-06",
            CatalogEntry.Kind.NODE,
            Text.of("a program of another product translates connections at the socket"),
            Set.of(Requirement.PROGRAMS, Requirement.ATTACHMENTS, Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.CRITICAL,
            Severity.WARNING,
            AttachmentManuals.FOREIGN_PROGRAM);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Map<HookProgram, Hook> foreign = foreign(incident);
        boolean known = foreign.keySet().stream()
                .anyMatch(program ->
                        Translators.product(incident, program.programId()).isPresent());
        Failures failures = unexplained(incident, known);
        return failures.isEmpty() || foreign.isEmpty() ? List.of() : List.of(finding(incident, failures, foreign));
    }

    /**
     * Failed attempts to addresses that nothing else in the bundle has, and that the SYNs had from the client's socket on.
     *
     * @param anywhere whether the address can be any; otherwise it has to be near those of backends, because clients
     *     ask for others themselves
     */
    private static Failures unexplained(Incident incident, boolean anywhere) {
        Set<Endpoint> known = incident.datapath().backends().values().stream()
                .flatMap(table -> table.values().stream())
                .map(Backend::endpoint)
                .collect(Collectors.toSet());
        Set<Journey> taken = TakenNodePort.journeys(incident);
        return new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey -> !taken.contains(journey) && !journey.isSentElsewhere())
                        .filter(journey -> journey.origin() != Journey.Origin.OUTSIDE)
                        .filter(journey -> incident.seen(journey.server())
                                .filter(seen -> seen.classification() == Classification.IN_NO_GENERATION)
                                .isPresent())
                        .filter(journey -> !known.contains(journey.server()))
                        .filter(journey -> anywhere || isNear(journey.server(), known))
                        .filter(journey -> incident.layers()
                                .isInAnySlice(journey.server().address())
                                .filter(named -> named)
                                .isEmpty())
                        .toList());
    }

    /** Whether a backend has an address that begins with the same two bytes, or the same eight of IPv6. */
    private static boolean isNear(Endpoint address, Set<Endpoint> backends) {
        byte[] prefix = prefix(address);
        return backends.stream().anyMatch(backend -> Arrays.equals(prefix(backend), prefix));
    }

    private static byte[] prefix(Endpoint endpoint) {
        byte[] address = endpoint.address().toBytes();
        return Arrays.copyOf(address, address.length / 2);
    }

    /** Programs at connect() that do not belong to a known load balancer, each with one of its hooks. */
    private static Map<HookProgram, Hook> foreign(Incident incident) {
        Map<HookProgram, Hook> foreign = new LinkedHashMap<>();
        for (Hook hook : incident.hooks()) {
            if (hook.attachType() == AttachType.CONNECT4 || hook.attachType() == AttachType.CONNECT6) {
                hook.programs().stream()
                        .filter(program -> program.view().isEmpty() && program.listed())
                        .forEach(program -> foreign.putIfAbsent(program, hook));
            }
        }
        return foreign;
    }

    private static Finding.Draft finding(Incident incident, Failures failures, Map<HookProgram, Hook> foreign) {
        Map<HookProgram, Text> translators = new LinkedHashMap<>();
        foreign.keySet()
                .forEach(program -> Translators.product(incident, program.programId())
                        .ifPresent(product -> translators.put(program, product)));
        boolean known = !translators.isEmpty();
        List<HookProgram> suspects = List.copyOf(known ? translators.keySet() : foreign.keySet());
        Text programs = Text.few(
                suspects.stream().map(program -> text(incident, program)).toList());
        List<Attachment> attachments = suspects.stream()
                .flatMap(program -> program.attachment().stream())
                .toList();
        return Finding.draft(
                        ENTRY,
                        known ? Severity.CRITICAL : Severity.WARNING,
                        known ? Confidence.LIKELY : Confidence.POSSIBLE)
                .about(suspects.stream()
                        .map(program -> new Subject.Program(program.programId()))
                        .toList())
                .about(failures.subjects())
                .title(
                        Text.of(
                                "Connections from {} to {} fail, an address that no service on this node has",
                                new Names(incident).node(),
                                Text.few(Terms.endpoints(failures.servers()))),
                        known
                                ? Text.of("{} translates at connect()", programs)
                                : Text.of("{} at connect() can have sent them there", programs))
                .summary(Text.of(
                        "{} failed. No map of Cilium{} has the address, and the SYNs have it from the socket on.",
                        failures.shares(),
                        incident.evidence().kubernetes().slicesCaptured()
                                ? Text.of(" and no endpoint slice")
                                : Text.NONE))
                .explanation(explanation(foreign, translators))
                .supporting(supporting(incident, failures, suspects))
                .rivals(
                        List.of(
                                new Rival(
                                        Rival.Kind.DIRECT_CONNECT,
                                        Rival.Stance.OPEN,
                                        Text.of(
                                                "The client asked for the address itself, from a cache or its configuration"),
                                        Text.of("the maps of another product are not in the bundle."),
                                        Text.of(
                                                "strace -f -e trace=connect of one client shows the address that it passes to connect()"))))
                .remedy(remedy(attachments));
    }

    private static List<Text> explanation(Map<HookProgram, Hook> foreign, Map<HookProgram, Text> translators) {
        List<Text> paragraphs = new ArrayList<>();
        foreign.forEach((program, hook) -> {
            List<Integer> order = hook.programIds();
            boolean first = order.indexOf(program.programId()) == 0 && order.size() > 1;
            paragraphs.add(Text.of(
                    "Program {} ({}) runs at {} of {}{}. {}",
                    Term.program(program.programId()),
                    Term.name(Term.NameKind.PROGRAM_NAME, program.name()),
                    Terms.hook(hook.attachType()),
                    Term.cgroup(hook.cgroup()),
                    first ? Text.of(", before those of Cilium: they see the address that it writes") : Text.NONE,
                    Optional.ofNullable(translators.get(program))
                            .map(product -> Text.of(
                                    "Its name is one of {}, whose programs rewrite the destination like Cilium's.",
                                    product))
                            .orElse(Text.of("What it does is not known; many such programs only watch."))));
        });
        if (!translators.isEmpty()) {
            paragraphs.add(Text.of(
                    "Such a program stays attached when its product is removed or stopped, and keeps the backends that it had"
                            + " then."));
        }
        return paragraphs;
    }

    private static Text text(Incident incident, HookProgram program) {
        OptionalLong loaded = incident.evidence()
                .bpf()
                .state()
                .programs()
                .find(program.programId())
                .map(BpfProgram::loadedAt)
                .orElse(OptionalLong.empty());
        Text named = Text.of(
                "program {} ({}",
                Term.program(program.programId()),
                Term.name(Term.NameKind.PROGRAM_NAME, program.name()));
        return loaded.isPresent()
                ? named.then(", loaded {})", new Term.Time(Instant.ofEpochSecond(loaded.getAsLong())))
                : named.then(")");
    }

    private static List<Citation> supporting(Incident incident, Failures failures, List<HookProgram> suspects) {
        return Stream.of(
                        suspects.stream().map(HookProgram::source),
                        suspects.stream()
                                .flatMap(program -> incident
                                        .evidence()
                                        .bpf()
                                        .state()
                                        .programs()
                                        .find(program.programId())
                                        .map(BpfProgram::source)
                                        .stream()),
                        failures.frames().stream())
                .flatMap(each -> each)
                .distinct()
                .toList();
    }

    private static List<RemedyStep> remedy(List<Attachment> attachments) {
        List<Action.Check> looks = new ArrayList<>();
        looks.add(Action.Look.CGROUP_TREE);
        looks.add(Action.Look.HOLDERS);
        attachments.stream()
                .map(attachment -> new Action.ShowProgram(attachment.programId()))
                .distinct()
                .forEach(looks::add);
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(
                RemedyStep.reading(
                                Text.of(
                                        "Find out to which product the program belongs, and whether that still runs here"),
                                Text.of("You are root on the node of this bundle."),
                                looks)
                        .check(
                                Text.of(
                                        "A process that holds the program or its link is its owner. Without one, the program is a leftover.")));
        List<Action> detach = attachments.stream()
                .flatMap(attachment -> switch (attachment.via()) {
                    case LEGACY ->
                        Stream.<Action>of(new Action.DetachProgram(
                                Action.Cgroup.of(attachment), attachment.attachType(), attachment.programId()));
                    case LINK -> attachment.link().stream().<Action>map(link -> new Action.DetachLink(link.id()));
                    case UNKNOWN -> Stream.<Action>empty();
                })
                .distinct()
                .toList();
        if (!detach.isEmpty()) {
            steps.add(RemedyStep.changing(
                            Text.of("Detach the leftover program"),
                            Text.of(
                                    "The first step has shown that no process owns it and its product no longer runs here."),
                            detach)
                    .effect(Text.of("New connections pass the programs that remain."))
                    .risk(Text.of("If the product still runs here, its services stop working on this node."))
                    .undo(Text.of("None: the kernel frees a program without a pin when it is detached."))
                    .check(Text.of("The cgroup tree lists only Cilium's programs, and a new connection is answered.")));
        }
        return steps;
    }
}
