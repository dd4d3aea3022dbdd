package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.NetAttachment;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * SLB-07: two programs of one name run at one direction of one device. The older one is a leftover, reads maps that are no
 * longer written, and runs first: it drops or translates packets, whatever the newer one would do.
 *
 * <p>Guard: programs of different names share a hook on purpose.
 */
final class DuplicateDevicePrograms implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-07",
            CatalogEntry.Kind.NODE,
            Text.of("two programs of one name run at one direction of a network device"),
            Set.of(Requirement.PROGRAMS),
            Severity.CRITICAL,
            Severity.WARNING,
            AttachmentManuals.DUPLICATE_DEVICE_PROGRAMS);

    private static final int MAX_CITED = 12;

    /**
     * A direction of a device with programs of one name, in the order of the list, which is the order in which they run.
     * Programs at tcx run before those at clsact, on the same packets.
     *
     * @param direction {@code ingress}, {@code egress}, or {@code xdp}
     */
    private record Hook(String device, String direction, String name) implements Comparable<Hook> {
        static Hook of(NetAttachment attached, String name) {
            String kind = attached.kind();
            return new Hook(attached.device(), kind.substring(kind.indexOf('/') + 1), name);
        }

        @Override
        public int compareTo(Hook other) {
            int order = device.compareTo(other.device);
            order = order != 0 ? order : direction.compareTo(other.direction);
            return order != 0 ? order : name.compareTo(other.name);
        }
    }

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        SortedMap<Hook, List<NetAttachment>> duplicates = of(incident);
        return duplicates.isEmpty() ? List.of() : List.of(finding(incident, duplicates));
    }

    /** Whether packets of this node can meet such a pair: then a silent backend is not to blame for its silence. */
    static boolean isPresent(Incident incident) {
        return !of(incident).isEmpty();
    }

    private static SortedMap<Hook, List<NetAttachment>> of(Incident incident) {
        SortedMap<Hook, List<NetAttachment>> byHook = new TreeMap<>();
        for (NetAttachment attached : incident.evidence().network().devices()) {
            program(incident, attached)
                    .map(BpfProgram::name)
                    .filter(name -> !name.isEmpty())
                    .ifPresent(name -> byHook.computeIfAbsent(Hook.of(attached, name), hook -> new ArrayList<>(2))
                            .add(attached));
        }
        byHook.values()
                .removeIf(programs -> programs.stream()
                                .map(NetAttachment::programId)
                                .distinct()
                                .count()
                        < 2);
        return byHook;
    }

    private static Optional<BpfProgram> program(Incident incident, NetAttachment attached) {
        return incident.evidence().bpf().state().programs().find(attached.programId());
    }

    private static Finding.Draft finding(Incident incident, SortedMap<Hook, List<NetAttachment>> duplicates) {
        List<Endpoint> silent = incident.destinations().stream()
                .map(seen -> seen.destination().endpoint())
                .filter(endpoint -> !incident.failedAttempts(endpoint).isEmpty())
                .toList();
        List<Term> devices = duplicates.keySet().stream()
                .map(Hook::device)
                .distinct()
                .map(device -> Term.name(Term.NameKind.INTERFACE, device))
                .toList();
        Text pairs = Text.count(duplicates.size(), "direction of a network device", "directions of network devices");
        return Finding.draft(
                        ENTRY,
                        silent.isEmpty() ? Severity.WARNING : Severity.CRITICAL,
                        silent.isEmpty() ? Confidence.LIKELY : Confidence.CERTAIN)
                .about(programs(duplicates.values())
                        .map(attached -> new Subject.Program(attached.programId()))
                        .toList())
                .about(silent.stream().map(Subject.Backend::new).toList())
                .title(
                        silent.isEmpty()
                                ? Text.of("Packets on {} pass two programs of one name", new Names(incident).node())
                                : Text.of("Connections from {} fail", new Names(incident).node()),
                        silent.isEmpty()
                                ? Text.of("at {} ({})", pairs, Text.few(devices))
                                : Text.of("packets pass two programs of one name at {} ({})", pairs, Text.few(devices)))
                .summary(Text.of(
                        "At {}, two programs of one name run one after the other.{}",
                        pairs,
                        silent.isEmpty()
                                ? Text.NONE
                                : Text.of(
                                        " Attempts to {} failed.",
                                        Text.count(silent.size(), "destination", "destinations"))))
                .explanation(List.of(
                        Text.of(
                                "{}.",
                                Text.few(duplicates.entrySet().stream()
                                        .map(entry -> pair(incident, entry.getKey(), entry.getValue()))
                                        .toList())),
                        Text.of(
                                "An agent replaces its programs in place. A second one of the same name remains if the agent did not"
                                        + " find the link of the first, for example because another bpffs was mounted over the one with"
                                        + " its pin. The first program keeps running on maps that the agent no longer writes. It can drop"
                                        + " packets that the second one never sees, or send them to the wrong place."),
                        Text.of(
                                "This is what SLB-01 is for sockets, at the devices. The backends and their nodes need not be at"
                                        + " fault, even if all of them are silent.")))
                .supporting(programs(duplicates.values())
                        .flatMap(attached -> Stream.concat(
                                Stream.of(attached.source()),
                                program(incident, attached).map(BpfProgram::source).stream()))
                        .limit(MAX_CITED)
                        .toList())
                .remedy(List.of(
                        RemedyStep.reading(
                                        Text.of("See whether both programs are still attached"),
                                        Text.of("You are root on the node of this bundle."),
                                        List.of(Action.Look.DEVICE_PROGRAMS, Action.Look.LINKS, Action.Look.PINS))
                                .check(
                                        Text.of(
                                                "The same pairs of ids are listed. The link for which the agent has no pin is the leftover.")),
                        RemedyStep.changing(
                                        Text.of("Drain and reboot the node"),
                                        Text.of("The pairs are still there, and workloads can move."),
                                        List.of(new Action.DrainNode(incident.nodeName()), new Action.Reboot()))
                                .effect(Text.of(
                                        "A reboot ends every attachment. Detaching single links has the same effect without a reboot,"
                                                + " but a wrong id takes the node off the network: do it only with the list of the"
                                                + " first step at hand."))
                                .risk(Text.of("Pods of this node are evicted."))
                                .undo(new Action.UncordonNode(incident.nodeName()).command())
                                .check(Text.of("Each name appears once for each device and direction."))));
    }

    private static Stream<NetAttachment> programs(Collection<List<NetAttachment>> hooks) {
        return hooks.stream().flatMap(List::stream);
    }

    private static Text pair(Incident incident, Hook hook, List<NetAttachment> programs) {
        return Text.of(
                "{} {} runs {} as {}",
                Term.name(Term.NameKind.INTERFACE, hook.device()),
                Term.word(hook.direction()),
                Term.name(Term.NameKind.PROGRAM_NAME, hook.name()),
                Text.and(programs.stream()
                        .map(attached ->
                                Text.of("program {}{}", Term.program(attached.programId()), age(incident, attached)))
                        .toList()));
    }

    private static Text age(Incident incident, NetAttachment attached) {
        OptionalLong loaded =
                program(incident, attached).map(BpfProgram::loadedAt).orElse(OptionalLong.empty());
        return loaded.isPresent()
                ? Text.of(" (loaded {})", new Term.Time(Instant.ofEpochSecond(loaded.getAsLong())))
                : Text.NONE;
    }
}
