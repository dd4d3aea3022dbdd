package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.Reason;
import io.ghostmap.datapath.ServiceDiff;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SLB-02: an old generation of a services map stays in the kernel because something still refers to it. What keeps it
 * alive decides whether it can do harm: an attached program reads it, a pin or a process only keeps it.
 */
final class StaleGeneration implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-02",
            CatalogEntry.Kind.NODE,
            Text.of("a stale generation of service maps is kept alive"),
            Set.of(Requirement.MAPS, Requirement.PROGRAMS),
            Severity.WARNING,
            Severity.INFO);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<Finding.Draft> findings = new ArrayList<>();
        for (Generation old : incident.datapath().generations()) {
            if (old.role().isServices() && old.isNotCurrent() && !isOfAnother(incident, old)) {
                findings.add(finding(incident, old));
            }
        }
        for (MapRole role : MapRole.values()) {
            List<Generation> contradicted = incident.datapath().generations(role).stream()
                    .filter(generation -> generation.basis() == Generation.Basis.CONTRADICTION)
                    .toList();
            if (role.isServices() && !contradicted.isEmpty()) {
                findings.add(undecided(role, contradicted));
            }
        }
        return findings;
    }

    /** Whether only programs of another Cilium on this kernel read it. */
    private static boolean isOfAnother(Incident incident, Generation old) {
        return !old.attachments().isEmpty()
                && old.attachments().stream()
                        .allMatch(attachment -> incident.separate().stream()
                                .anyMatch(hook -> hook.programIds().contains(attachment.programId())));
    }

    /** The signs name different maps: nothing is called stale, and nothing is to be detached. */
    private static Finding.Draft undecided(MapRole role, List<Generation> generations) {
        List<Integer> maps = generations.stream().map(Generation::mapId).toList();
        Text ids = Text.of("[{}]", Text.join(", ", Terms.maps(maps)));
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.POSSIBLE)
                .about(maps.stream().map(Subject.Map::new).toList())
                .title(Text.of(
                        "{} of the {} map exist, {}, and the signs contradict each other as to which one the agent works on",
                        Text.count(generations.size(), "generation", "generations"),
                        Terms.role(role),
                        ids))
                .summary(Text.of("Nothing is called stale before that is decided, and nothing should be detached."))
                .explanation(generations.stream()
                        .map(generation -> Text.of(
                                "Map {}: {}.", Term.map(generation.mapId()), Terms.reasons(generation.reasons())))
                        .toList())
                .supporting(generations.stream()
                        .flatMap(generation -> generation.reasons().stream())
                        .map(Reason::source)
                        .distinct()
                        .toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("Decide which generation the agent works on"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(Action.Look.MAPS_OF_THE_AGENT, Action.Look.MAPS))
                        .then(Text.of("The map that the agent holds open is the one that it writes."))
                        .check(Text.of("One of {} is among the ids.", ids))));
    }

    private static Finding.Draft finding(Incident incident, Generation old) {
        boolean attached = !old.attachments().isEmpty();
        Optional<Generation> current = incident.datapath().generations(old.role()).stream()
                .filter(Generation::isCurrent)
                .findFirst();
        Optional<Text> difference = current.map(map -> difference(incident, old, map));
        return Finding.draft(ENTRY, attached ? Severity.WARNING : Severity.INFO, Confidence.LIKELY)
                .about(new Subject.Map(old.mapId()))
                .about(old.attachments().stream()
                        .map(attachment -> new Subject.Program(attachment.programId()))
                        .toList())
                .title(title(incident, old, attached))
                .summary(difference.orElse(Text.NONE))
                .explanation(explanation(old, current, difference))
                .supporting(supporting(old, current));
    }

    private static Text title(Incident incident, Generation old, boolean attached) {
        int all = incident.datapath().generations(old.role()).size();
        return Text.of(
                "{} of the {} map exist; map {} is not current and {}",
                Text.count(all, "generation", "generations"),
                Terms.role(old.role()),
                Term.map(old.mapId()),
                attached
                        ? Text.of("is kept alive by {}", holders(old))
                        : Text.of("is read by no program that is attached to a cgroup"));
    }

    private static Text holders(Generation old) {
        List<Text> programs = old.attachments().stream()
                .map(attachment -> Text.of(
                        "{} at {}{}",
                        Term.program(attachment.programId()),
                        Terms.hook(attachment.attachType()),
                        via(attachment)))
                .distinct()
                .toList();
        return Text.of("{} {}", programs.size() == 1 ? Text.of("program") : Text.of("programs"), Text.and(programs));
    }

    private static Text via(Attachment attachment) {
        return switch (attachment.via()) {
            case LEGACY -> Text.of(" (without a link)");
            case LINK ->
                Text.of(
                        " (link {})",
                        attachment
                                .link()
                                .map(link -> Text.of(Term.link(link.id())))
                                .orElse(Text.of("?")));
            case UNKNOWN -> Text.NONE;
        };
    }

    private static List<Text> explanation(Generation old, Optional<Generation> current, Optional<Text> difference) {
        List<Text> paragraphs = new ArrayList<>();
        Text first = Text.of(
                "Map {} ({}) is not the one that the agent works on: {}.",
                Term.map(old.mapId()),
                Term.name(Term.NameKind.MAP_NAME, old.map().name()),
                Terms.reasons(old.reasons()));
        paragraphs.add(current.map(map ->
                        first.then(" Map {} is current: {}.", Term.map(map.mapId()), Terms.reasons(map.reasons())))
                .orElse(first));
        difference.ifPresent(paragraphs::add);
        paragraphs.add(Text.of(
                "A map lives as long as a pin, a file descriptor or a loaded program refers to it. The agent writes"
                        + " only to the map that it has pinned; this one is frozen at the moment when its pin was lost. How the"
                        + " pin was lost the bundle does not tell: a change of the map's size or flags, a cleaned or remounted"
                        + " bpffs, and a removed /sys/fs/bpf all leave this picture."));
        return paragraphs;
    }

    private static Text difference(Incident incident, Generation old, Generation current) {
        return ServiceDiff.between(incident.datapath(), old.mapId(), current.mapId())
                .map(diff -> Text.of(
                        "Of {} frontends {} lead to the same backends in both, {} to others, {} stand in map {} only and {} in"
                                + " map {} only.",
                        Term.number(diff.all()),
                        Term.number(diff.same() + diff.marked().size()),
                        Term.number(diff.moved().size()),
                        Term.number(diff.removed().size()),
                        Term.map(old.mapId()),
                        Term.number(diff.added().size()),
                        Term.map(current.mapId())))
                .orElse(Text.of(
                        "How far the two differ cannot be told: one of them was not dumped, or no program is known that"
                                + " reads it together with its backends."));
    }

    private static List<Citation> supporting(Generation old, Optional<Generation> current) {
        List<Citation> citations = new ArrayList<>();
        citations.add(old.map().source());
        old.attachments().forEach(attachment -> citations.add(attachment.source()));
        old.reasons().forEach(reason -> citations.add(reason.source()));
        current.ifPresent(map -> {
            citations.add(map.map().source());
            map.reasons().forEach(reason -> citations.add(reason.source()));
        });
        return citations.stream().distinct().toList();
    }
}
