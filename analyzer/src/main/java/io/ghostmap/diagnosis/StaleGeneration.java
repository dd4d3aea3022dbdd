package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.Reason;
import io.ghostmap.datapath.ServiceDiff;
import io.ghostmap.diagnosis.manual.StaleManuals;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SLB-02: an old generation of a services map stays in the kernel because something still refers to it. Only an attached
 * program that reads it can do harm; a pin or a process only keeps it.
 */
final class StaleGeneration implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-02",
            CatalogEntry.Kind.NODE,
            Text.of("a stale generation of service maps is still in the kernel"),
            Set.of(Requirement.MAPS, Requirement.PROGRAMS),
            Severity.WARNING,
            Severity.INFO,
            StaleManuals.STALE_GENERATION);

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
                findings.add(undecided(incident, role, contradicted));
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
    private static Finding.Draft undecided(Incident incident, MapRole role, List<Generation> generations) {
        List<Integer> maps = generations.stream().map(Generation::mapId).toList();
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.POSSIBLE)
                .about(maps.stream().map(Subject.Map::new).toList())
                .title(
                        Text.of(
                                "It is not known which services map the agent on {} works on",
                                new Names(incident).node()),
                        Text.of(
                                "the signs for {} maps {} contradict each other",
                                Terms.role(role),
                                Text.and(Terms.maps(maps))))
                .summary(Text.of("Until that is decided, no map is called stale and nothing should be detached."))
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
                                Text.of("Find out which map the agent works on"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(Action.Look.MAPS_OF_THE_AGENT, Action.Look.MAPS))
                        .then(Text.of("The agent writes to the map that it holds open."))
                        .check(Text.of("Exactly one of {} is among the ids.", Text.and(Terms.maps(maps))))));
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
                .title(
                        attached
                                ? Text.of("A stale services map is still in use on {}", new Names(incident).node())
                                : Text.of(
                                        "A stale services map is still loaded on {}, but no attached program reads it",
                                        new Names(incident).node()),
                        cause(old, attached))
                .summary(difference.orElse(Text.NONE))
                .explanation(explanation(incident, old, current, difference))
                .supporting(supporting(old, current));
    }

    private static Text cause(Generation old, boolean attached) {
        return attached
                ? Text.of("{} map {} is read by {}", Terms.role(old.role()), Term.map(old.mapId()), readers(old))
                : Text.of("{} map {}", Terms.role(old.role()), Term.map(old.mapId()));
    }

    private static Text readers(Generation old) {
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
            case LEGACY -> Text.of(" (no link)");
            case LINK ->
                attachment
                        .link()
                        .map(link -> Text.of(" (link {})", Term.link(link.id())))
                        .orElse(Text.of(" (by a link)"));
            case UNKNOWN -> Text.NONE;
        };
    }

    private static List<Text> explanation(
            Incident incident, Generation old, Optional<Generation> current, Optional<Text> difference) {
        List<Text> paragraphs = new ArrayList<>();
        int all = incident.datapath().generations(old.role()).size();
        Text first = Text.of(
                "The kernel has {} of the {} map. Map {} ({}) is not the one that the agent works on: {}.",
                Text.count(all, "generation", "generations"),
                Terms.role(old.role()),
                Term.map(old.mapId()),
                Term.name(Term.NameKind.MAP_NAME, old.map().name()),
                Terms.reasons(old.reasons()));
        paragraphs.add(current.map(map ->
                        first.then(" Map {} is current: {}.", Term.map(map.mapId()), Terms.reasons(map.reasons())))
                .orElse(first));
        difference.ifPresent(paragraphs::add);
        paragraphs.add(Text.of(
                "A map lives as long as a pin, a file descriptor or a loaded program refers to it. The agent writes only to the"
                        + " map that it has pinned, so this one has not changed since its pin was lost. The bundle does not show"
                        + " how that happened: a changed size or other flags of the map, a cleaned or remounted bpffs, and a"
                        + " removed /sys/fs/bpf all look like this afterwards."));
        return paragraphs;
    }

    private static Text difference(Incident incident, Generation old, Generation current) {
        return ServiceDiff.between(incident.datapath(), old.mapId(), current.mapId())
                .map(diff -> Text.of(
                        "Of {}: {} with the same backends in both maps, {} with others, {} only in stale map {}, and {} only in"
                                + " current map {}.",
                        Text.count(diff.all(), "service address", "service addresses"),
                        Term.number(diff.same() + diff.marked().size()),
                        Term.number(diff.moved().size()),
                        Term.number(diff.removed().size()),
                        Term.map(old.mapId()),
                        Term.number(diff.added().size()),
                        Term.map(current.mapId())))
                .orElse(Text.of(
                        "How far the two maps differ is not known: one of them was not dumped, or no program is known that"
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
