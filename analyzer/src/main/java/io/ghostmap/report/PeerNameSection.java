package io.ghostmap.report;

import io.ghostmap.diagnosis.Incident;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Replay;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What applications are told of their peers, in the report's public form. */
final class PeerNameSection {
    private final Incident incident;
    private final Optional<String> cgroup;

    /** For sockets of that cgroup, or for those of the cgroup of each replay's hook. */
    PeerNameSection(Incident incident, Optional<String> cgroup) {
        this.incident = incident;
        this.cgroup = cgroup;
    }

    List<Report.PeerName> of(Replay replay, boolean affected) {
        String asking = cgroup.orElse(replay.hook().cgroup());
        return incident.replayer().peerNames(replay, incident.hooks(), asking).stream()
                .map(peer -> peerName(replay, peer, affected))
                .toList();
    }

    private static Report.PeerName peerName(Replay replay, PeerName peer, boolean affected) {
        List<Report.Name> names = names(replay, peer);
        return new Report.PeerName(
                peer.hook().attachType().shortName(),
                peer.hook().cgroup(),
                text(peer, names, affected),
                names,
                peer.steps().stream().map(PeerNameSection::step).toList());
    }

    /** Without the ends: what is the same name for several is one. */
    private static List<Report.Name> names(Replay replay, PeerName peer) {
        record Same(String name, String tells, List<String> conditions) {}
        Map<Same, Double> shares = new LinkedHashMap<>();
        for (PeerName.Told told : peer.told()) {
            shares.merge(
                    new Same(ReplaySection.text(told.name()), tells(replay, told), ConditionText.of(told.conditions())),
                    told.share(),
                    Double::sum);
        }
        return shares.entrySet().stream()
                .map(same -> new Report.Name(
                        same.getKey().name,
                        same.getKey().tells,
                        ReplaySection.rounded(same.getValue()),
                        same.getKey().conditions))
                .toList();
    }

    private static String tells(Replay replay, PeerName.Told told) {
        if (!(told.name() instanceof Disposition.Connects name)) {
            return "unknown";
        }
        Endpoint asked = replay.frontend().endpoint();
        if (name.endpoint().equals(asked)) {
            return "frontend";
        }
        return told.end() instanceof Disposition.Connects end
                        && end.endpoint().unmapped().equals(name.endpoint())
                ? "destination"
                : "other";
    }

    private static String text(PeerName peer, List<Report.Name> names, boolean affected) {
        String hidden = affected && names.stream().allMatch(name -> name.tells().equals("frontend"))
                ? ": its name does not betray where the connection goes"
                : "";
        return peer.hook().attachType().shortName() + " tells the application "
                + names.stream()
                        .map(name -> Words.name(name)
                                + (name.conditions().isEmpty()
                                        ? ""
                                        : ", if " + String.join(", and ", name.conditions())))
                        .collect(Collectors.joining("; or "))
                + hidden;
    }

    private static Report.NamingStep step(PeerName.Turn turn) {
        return new Report.NamingStep(
                turn.program().programId(),
                turn.program().name(),
                turn.maps(),
                turn.before().stream().map(Endpoint::toString).collect(Collectors.joining(" or ")),
                turn.after().stream().map(ReplaySection::text).toList(),
                turn.notes().stream()
                        .map(note -> new Report.Note(
                                note.mapId(),
                                note.writtenBy(),
                                note.backend().toString(),
                                note.asked().toString(),
                                note.serviceId(),
                                Words.lower(note.outcome())))
                        .toList(),
                turn.rows().stream().map(MapEntry::cite).toList());
    }
}
