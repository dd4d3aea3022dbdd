package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.and;
import static io.ghostmap.diagnosis.Phrases.count;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Generation.Reason;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.ServiceDiff;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SLB-02: an old generation of a services map stays in the kernel because something still refers to it. What keeps it
 * alive decides whether it can do harm: an attached program reads it, a pin or a process only keeps it.
 */
final class StaleGeneration implements Rule {
    @Override
    public String id() {
        return "SLB-02";
    }

    @Override
    public Set<Requirement> requires() {
        return Set.of(Requirement.MAPS, Requirement.PROGRAMS);
    }

    @Override
    public List<Finding> findings(Incident incident) {
        List<Finding> findings = new ArrayList<>();
        for (Generation old : incident.datapath().generations()) {
            if (old.role().isServices() && old.isNotCurrent() && !isOfAnother(incident, old)) {
                String id = findings.isEmpty() ? id() : id() + "-" + (findings.size() + 1);
                findings.add(finding(id, incident, old));
            }
        }
        for (MapRole role : MapRole.values()) {
            List<Generation> contradicted = incident.datapath().generations(role).stream()
                    .filter(generation -> generation.basis() == Generation.Basis.CONTRADICTION)
                    .toList();
            if (role.isServices() && !contradicted.isEmpty()) {
                String id = findings.isEmpty() ? id() : id() + "-" + (findings.size() + 1);
                findings.add(undecided(id, role, contradicted));
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
    private static Finding undecided(String id, MapRole role, List<Generation> generations) {
        List<String> paragraphs = new ArrayList<>();
        generations.forEach(generation -> paragraphs.add("Map " + generation.mapId() + ": "
                + and(generation.reasons().stream().map(Reason::text).toList()) + "."));
        List<Integer> ids = generations.stream().map(Generation::mapId).toList();
        return new Finding(
                id,
                "SLB-02",
                Severity.WARNING,
                Confidence.POSSIBLE,
                count(generations.size(), "generation") + " of the " + role + " map exist, " + ids
                        + ", and the signs contradict each other as to which one the agent works on",
                "Nothing is called stale before that is decided, and nothing should be detached.",
                paragraphs,
                Optional.empty(),
                generations.stream()
                        .flatMap(generation -> generation.reasons().stream())
                        .map(Reason::source)
                        .distinct()
                        .toList(),
                List.of(),
                List.of(),
                List.of(new RemedyStep(
                        "Decide which generation the agent works on",
                        "You are root on the node of this bundle.",
                        "grep -E '^map_id:' /proc/$(pidof cilium-agent)/fdinfo/* | sort -u -k2\nbpftool map show",
                        "Reads only. The map that the agent holds open is the one that it writes.",
                        "None.",
                        "One of " + ids + " is among the ids.",
                        "Nothing to undo.")));
    }

    private static Finding finding(String id, Incident incident, Generation old) {
        boolean attached = !old.attachments().isEmpty();
        Optional<Generation> current = incident.datapath().generations(old.role()).stream()
                .filter(Generation::isCurrent)
                .findFirst();
        Optional<String> difference = current.map(map -> difference(incident, old, map));
        return new Finding(
                id,
                "SLB-02",
                attached ? Severity.WARNING : Severity.INFO,
                Confidence.LIKELY,
                title(incident, old, attached),
                difference.orElse(""),
                explanation(old, current, difference),
                Optional.empty(),
                supporting(old, current),
                List.of(),
                List.of(),
                List.of());
    }

    private static String title(Incident incident, Generation old, boolean attached) {
        int all = incident.datapath().generations(old.role()).size();
        return count(all, "generation") + " of the " + old.role() + " map exist; map " + old.mapId()
                + " is not current and "
                + (attached
                        ? "is kept alive by " + holders(old)
                        : "is read by no program that is attached to a cgroup");
    }

    private static String holders(Generation old) {
        List<String> programs = old.attachments().stream()
                .map(attachment -> attachment.programId() + " at "
                        + attachment.attachType().shortName() + via(attachment))
                .distinct()
                .toList();
        return (programs.size() == 1 ? "program " : "programs ") + and(programs);
    }

    private static String via(Attachment attachment) {
        return switch (attachment.via()) {
            case LEGACY -> " (without a link)";
            case LINK ->
                " (link "
                        + attachment
                                .link()
                                .map(link -> String.valueOf(link.id()))
                                .orElse("?") + ")";
            case UNKNOWN -> "";
        };
    }

    private static List<String> explanation(Generation old, Optional<Generation> current, Optional<String> difference) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add("Map " + old.mapId() + " (" + old.map().name() + ") is not the one that the agent works on: "
                + and(old.reasons().stream().map(Reason::text).toList()) + "."
                + current.map(map -> " Map " + map.mapId() + " is current: "
                                + and(map.reasons().stream().map(Reason::text).toList()) + ".")
                        .orElse(""));
        difference.ifPresent(paragraphs::add);
        paragraphs.add(
                "A map lives as long as a pin, a file descriptor or a loaded program refers to it. The agent writes"
                        + " only to the map that it has pinned; this one is frozen at the moment when its pin was lost. How the"
                        + " pin was lost the bundle does not tell: a change of the map's size or flags, a cleaned or remounted"
                        + " bpffs, and a removed /sys/fs/bpf all leave this picture.");
        return paragraphs;
    }

    private static String difference(Incident incident, Generation old, Generation current) {
        return ServiceDiff.between(incident.datapath(), old.mapId(), current.mapId())
                .map(diff -> "Of " + diff.all() + " frontends "
                        + (diff.same() + diff.marked().size()) + " lead to the same backends in both, "
                        + diff.moved().size() + " to others, " + diff.removed().size() + " stand in map "
                        + old.mapId() + " only and " + diff.added().size() + " in map " + current.mapId() + " only.")
                .orElse("How far the two differ cannot be told: one of them was not dumped, or no program is known that"
                        + " reads it together with its backends.");
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
