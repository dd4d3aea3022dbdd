package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.UptimeSpan;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The kernel's BPF objects.
 *
 * @param before the reading before the capture window
 * @param after the reading after it
 * @param state the objects to reason about: the reading before the capture, and what only the later one saw
 * @param dumps map contents, by map id
 * @param countersBefore counters of dropped packets before the capture window, by map id; those after it are among the dumps
 * @param serviceConntrack of conntrack maps the entries of services alone, by map id
 * @param dumped when each of them was read, as far as the collector says
 * @param calls the kernel functions that the instructions of a program call, by program id
 */
public record BpfEvidence(
        BpfState before,
        BpfState after,
        BpfState state,
        List<Pin> pins,
        List<Holder> holders,
        SortedMap<Integer, MapDump> dumps,
        SortedMap<Integer, MapDump> countersBefore,
        SortedMap<Integer, MapDump> serviceConntrack,
        SortedMap<Integer, UptimeSpan> dumped,
        SortedMap<Integer, Set<String>> calls) {

    /** Whether any object shows a pin: if none does, the collector did not see the bpffs, and a missing pin proves nothing. */
    public boolean pinsVisible() {
        return !pins.isEmpty()
                || state.maps().all().stream().anyMatch(map -> !map.pins().isEmpty())
                || state.programs().all().stream()
                        .anyMatch(program -> !program.pins().isEmpty())
                || state.links().all().stream().anyMatch(link -> !link.pins().isEmpty());
    }

    /** The kernel functions that a program calls; empty if its instructions were not captured whole. */
    public Set<String> calls(int programId) {
        return calls.getOrDefault(programId, Set.of());
    }

    public Optional<MapDump> dump(int mapId) {
        return Optional.ofNullable(dumps.get(mapId));
    }

    /** The entries of services of a conntrack map: of its whole dump, or those that were taken alone. */
    public Optional<MapDump> serviceConntrack(int mapId) {
        return dump(mapId).filter(dump -> dump.count() > 0).or(() -> Optional.ofNullable(serviceConntrack.get(mapId)));
    }

    /** What changed between the two readings; empty if nothing did or one was not taken. */
    public List<Citation> drift() {
        return Drift.between(before, after);
    }
}
