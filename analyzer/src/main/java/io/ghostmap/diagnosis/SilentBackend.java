package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * SLB-28: the load balancer did what its maps say, and the backend does not answer. A report needs it to say that the node's
 * maps are not to blame.
 *
 * <p>Guards: only destinations that are backends of the current generation. Silence counts only if the capture can show it.
 * A backend that answered other attempts is called unsteady, not dead. Maps are called right only if Kubernetes and the agent
 * list the backend as well. If a stale program sends connections to the same address, the node is not acquitted.
 */
final class SilentBackend implements Rule {
    static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-28",
            CatalogEntry.Kind.NODE,
            Text.of("programs and maps are right, and a backend does not answer"),
            Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.WARNING,
            Severity.WARNING,
            ConnectionManuals.SILENT_BACKEND);

    /** Backends that have a finding of their own. So many at once have one cause, and a finding for each would not be read. */
    private static final int MAX_SINGLE = 20;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        if (DuplicateDevicePrograms.isPresent(incident)) {
            return List.of(); // packets can be lost on this node, so that silence says nothing of a backend
        }
        Set<Disposition> seenEnds = Incident.ends(incident.destinations());
        Set<Disposition> mistaken = new HashSet<>();
        Map<Disposition, Replay> rightly = new HashMap<>();
        for (Replay replay : incident.onTheWire()) {
            for (Outcome outcome : replay.outcomes()) {
                if (!seenEnds.contains(outcome.disposition())) {
                    continue;
                }
                if (!replay.affected()) {
                    rightly.putIfAbsent(outcome.disposition(), replay);
                } else if (!incident.separate().contains(replay.hook())) {
                    mistaken.add(outcome.disposition());
                }
            }
        }
        Set<Endpoint> lost = LostOnNode.of(incident).journeys().stream()
                .map(Journey::destination)
                .collect(Collectors.toSet()); // SYNs that they never got
        List<FailedBackend> failed = incident.destinations().stream()
                .filter(seen -> !lost.contains(seen.destination().endpoint()))
                .filter(seen -> !mistaken.contains(endAt(seen)))
                .map(seen -> new FailedBackend(incident, seen, Optional.ofNullable(rightly.get(endAt(seen)))))
                .filter(FailedBackend::isListedAndFailed)
                .filter(backend -> backend.standing() != FailedBackend.Standing.GONE) // SLB-13 and SLB-14 name those
                .toList();
        SilentBackendText text = new SilentBackendText(incident);
        List<Finding.Draft> findings = new ArrayList<>();
        failed.stream().limit(MAX_SINGLE).map(text::finding).forEach(findings::add);
        if (failed.size() > MAX_SINGLE) {
            findings.add(text.rest(failed.subList(MAX_SINGLE, failed.size())));
        }
        return findings;
    }

    private static Disposition endAt(CorrelatedDestination seen) {
        return new Disposition.Connects(seen.destination().endpoint());
    }
}
