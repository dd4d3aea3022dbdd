package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program of the drawing: what it reads, what it does, and the entries that decided. */
final class ProgramStation {
    private static final int MAX_ENTRIES = 3;

    private ProgramStation() {}

    static PathDrawing.Station of(ReplayAccount.Turn turn) {
        Step step = turn.step();
        List<Text> lines = new ArrayList<>();
        lines.add(Text.of(Terms.programName(step.program().name())));
        lines.addAll(readings(turn));
        lines.addAll(effects(turn));
        List<Text> entries = entries(step);
        lines.addAll(entries.stream().limit(MAX_ENTRIES).toList());
        if (entries.size() > MAX_ENTRIES) {
            lines.add(Text.of("and ")
                    .then(Text.count(entries.size() - (long) MAX_ENTRIES, "more entry", "more entries")));
        }
        String tone = switch (turn.currency()) {
            case CURRENT -> "current";
            case NOT_CURRENT -> "stale";
            case UNKNOWN -> "plain";
        };
        return new PathDrawing.Station(
                tone,
                Text.of("Program {}", Term.program(step.program().programId())),
                List.copyOf(lines),
                leaves(step));
    }

    private static List<Text> readings(ReplayAccount.Turn turn) {
        if (turn.isForeign()) {
            return List.of(Text.of("not the load balancer's; its effect is not known"));
        }
        return turn.decisive().stream()
                .map(map -> (turn.isServicesMap(map)
                                ? Text.of("reads map {}", Term.map(map.mapId()))
                                : Text.of("takes backends from map {}", Term.map(map.mapId())))
                        .then(", {}", currency(map.currency())))
                .toList();
    }

    private static Text currency(Generation.Currency currency) {
        return switch (currency) {
            case CURRENT -> Text.of("current");
            case NOT_CURRENT -> Text.of("not current");
            case UNKNOWN -> Text.of("not known to be current");
        };
    }

    private static List<Text> effects(ReplayAccount.Turn turn) {
        return switch (turn.sees()) {
            case REFUSED -> List.of(Text.of("runs as well, but connect() is already refused"));
            case UNKNOWN -> List.of(Text.of("not followed: what happens before it is not known"));
            case ADDRESSES ->
                turn.knownEffects().stream().map(effect -> effect(turn, effect)).toList();
        };
    }

    private static Text effect(ReplayAccount.Turn turn, ReplayAccount.Effect effect) {
        return switch (effect) {
            case PASSES ->
                turn.hasEntries()
                        ? Text.of("passes the address unchanged")
                        : Text.of("has no entry for it and passes it unchanged");
            case REWRITES -> Text.of("rewrites the destination");
            case REFUSES -> Text.of("refuses the connection");
            case UNKNOWN -> Text.of("its effect is not known");
        };
    }

    /** What decided: options of the agent, then map entries such as {@code map 27 key ac 11 …}. */
    private static List<Text> entries(Step step) {
        List<Text> entries = new ArrayList<>();
        for (Citation option : step.options()) {
            entries.add(Text.of("{} {}", Term.member(option.file()), Term.quote(option.locator())));
        }
        for (MapEntry row : step.rows()) {
            entries.add(Text.of(
                    "map {} {}",
                    Term.map(row.dump().mapId()),
                    Term.quote(row.cite().locator())));
        }
        return entries;
    }

    /** The addresses that reach the next program; none if the program ends every connection that it sees. */
    private static Optional<Text> leaves(Step step) {
        List<Text> connects = step.after().stream()
                .filter(Disposition.Connects.class::isInstance)
                .map(Disposition::text)
                .toList();
        return connects.isEmpty() ? Optional.empty() : Optional.of(Text.join(" or ", connects));
    }
}
