package io.ghostmap.report;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Text;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Replays in the report's public form. */
final class ReplayJson {
    /** Shares are given to the ten-thousandth. */
    private static final double SHARES = 10_000;

    private ReplayJson() {}

    static double rounded(double share) {
        return Math.round(share * SHARES) / SHARES;
    }

    static Report.Replay of(ReplayAccount account) {
        return new Report.Replay(
                account.replay().frontend().toString(),
                account.service().orElse(""),
                account.replay().hook().cgroup(),
                account.replay().hook().attachType().shortName(),
                account.replay().hook().shownBy(),
                account.turns().stream().map(ReplayJson::step).toList(),
                plain(account.texts(account.replay().outcome())),
                plain(account.texts(account.replay().expected())),
                account.replay().outcomes().stream()
                        .map(outcome -> new Report.Outcome(
                                account.text(outcome.disposition()).plain(),
                                rounded(outcome.share()),
                                ConditionText.of(outcome.conditions())))
                        .toList(),
                account.peerNames().stream()
                        .map(peer -> peerName(peer, account.affected()))
                        .toList(),
                account.affected(),
                account.observedSyns());
    }

    private static Report.Step step(ReplayAccount.Turn turn) {
        Step step = turn.step();
        return new Report.Step(
                step.program().programId(),
                step.program().name(),
                step.servicesMap().orElse(0),
                turn.reads().stream()
                        .map(map ->
                                new Report.Reading(map.role().toString(), map.mapId(), Currencies.json(map.currency())))
                        .toList(),
                Currencies.json(turn.currency()),
                joined(step.before()),
                step.after().stream().map(Disposition::text).map(Text::plain).toList(),
                step.entries());
    }

    private static Report.PeerName peerName(PeerNameAccount account, boolean affected) {
        PeerName peer = account.peer();
        return new Report.PeerName(
                peer.hook().attachType().shortName(),
                peer.hook().cgroup(),
                account.sentence(affected).plain(),
                account.names().stream()
                        .map(name -> new Report.Name(
                                name.name().text().plain(),
                                Words.lower(name.meaning()),
                                rounded(name.share()),
                                ConditionText.of(name.conditions())))
                        .toList(),
                peer.steps().stream().map(ReplayJson::namingStep).toList());
    }

    private static Report.NamingStep namingStep(PeerName.Turn turn) {
        return new Report.NamingStep(
                turn.program().programId(),
                turn.program().name(),
                turn.maps(),
                joined(turn.before()),
                turn.after().stream().map(Disposition::text).map(Text::plain).toList(),
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

    private static List<String> plain(List<Text> texts) {
        return texts.stream().map(Text::plain).toList();
    }

    private static String joined(Collection<Endpoint> endpoints) {
        return endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(" or "));
    }
}
