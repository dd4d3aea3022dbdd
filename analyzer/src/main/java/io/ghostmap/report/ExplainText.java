package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code ghostmap explain} prints: one connect, program by program, at each hook that handles it. */
final class ExplainText {
    private final StringBuilder out = new StringBuilder();

    private ExplainText() {}

    static String render(Explanation explanation) {
        ExplainText text = new ExplainText();
        for (ReplayAccount account : explanation.replays()) {
            text.out.append(text.out.isEmpty() ? "" : "\n");
            text.replay(account);
        }
        explanation
                .gaps()
                .forEach(gap -> text.line(
                        "note: " + gap.artifact().name() + ": " + gap.reason().plain()));
        return text.out.toString();
    }

    private void replay(ReplayAccount account) {
        line("connect to " + account.replay().frontend()
                + account.service().map(name -> " (" + name + ")").orElse("") + " at "
                + account.replay().hook().attachType().shortName() + " of "
                + account.replay().hook().cgroup());
        if (account.turns().isEmpty()) {
            line("no program is attached: the kernel keeps the address");
            account.replay().hook().shownBy().forEach(this::cite);
        }
        int place = 1;
        for (ReplayAccount.Turn turn : account.turns()) {
            turn(place++, turn);
        }
        line("goes to      " + ends(account, account.replay().outcome()));
        outcomes(account);
        line("should go to " + ends(account, account.replay().expected())
                + (account.affected() ? "   <- differs" : ""));
        account.peerNames().forEach(peer -> peerName(peer, account.affected()));
        if (account.observedSyns() > 0) {
            line(Text.of("the capture has ")
                    .then(Text.count(account.observedSyns(), "SYN frame", "SYN frames"))
                    .then(" to where it goes")
                    .plain());
        }
    }

    private static String ends(ReplayAccount account, List<Disposition> dispositions) {
        return Text.join(" or ", account.texts(dispositions)).plain();
    }

    private void turn(int place, ReplayAccount.Turn turn) {
        Step step = turn.step();
        line("  " + place + ". program " + step.program().programId() + " "
                + step.program().name() + " (" + maps(turn) + ")");
        line("     " + does(turn).plain());
        step.entries().forEach(this::cite);
    }

    private static String maps(ReplayAccount.Turn turn) {
        if (turn.isForeign()) {
            return "not the load balancer's; its effect is not known";
        }
        return turn.decisive().stream()
                .map(map -> (turn.isServicesMap(map) ? "services" : "backends") + " map " + map.mapId()
                        + (map.currency() == Generation.Currency.NOT_CURRENT ? ", NOT current" : ""))
                .collect(Collectors.joining("; "));
    }

    private static Text does(ReplayAccount.Turn turn) {
        return switch (turn.sees()) {
            case REFUSED -> Text.of("runs as well, but connect() is already refused, and stays so");
            case UNKNOWN -> Text.of("not followed: what happens before it is not known");
            case ADDRESSES ->
                Text.of(
                        "sees {}, {}",
                        Ends.either(turn.step().before()),
                        Text.join(
                                ", or ",
                                turn.effects().stream()
                                        .map(effect -> effect(turn, effect))
                                        .toList()));
        };
    }

    private static Text effect(ReplayAccount.Turn turn, ReplayAccount.Effect effect) {
        return switch (effect) {
            case PASSES ->
                turn.hasEntries()
                        ? Text.of("passes it unchanged")
                        : Text.of("has no entry for it and passes it unchanged");
            case REWRITES -> Text.of("rewrites it to {}", ends(turn, Disposition.Connects.class, Disposition::text));
            case REFUSES -> Text.of("refuses the connection: {}", ends(turn, Disposition.Refused.class, Ends::refusal));
            case UNKNOWN ->
                Text.of(
                        "its effect is not known: {}",
                        ends(turn, Disposition.Unknown.class, Disposition.Unknown::reason));
        };
    }

    private static <D extends Disposition> Text ends(ReplayAccount.Turn turn, Class<D> kind, Function<D, Text> words) {
        return Text.join(
                " or ",
                turn.step().after().stream()
                        .filter(kind::isInstance)
                        .map(kind::cast)
                        .map(words)
                        .toList());
    }

    /** If there is more than one end, or one that depends on what the bundle does not say. */
    private void outcomes(ReplayAccount account) {
        List<Outcome> outcomes = account.replay().outcomes();
        if (outcomes.size() == 1 && outcomes.get(0).conditions().isEmpty()) {
            return;
        }
        for (Outcome outcome : outcomes) {
            double share = ReplayJson.rounded(outcome.share());
            line("             " + account.text(outcome.disposition()).plain()
                    + (share < 1 ? ": " + String.format(Locale.ROOT, "%.4g", share * 100) + " % of connects" : "")
                    + (outcome.conditions().isEmpty()
                            ? ""
                            : ", if " + ConditionText.and(outcome.conditions()).plain()));
        }
    }

    private void peerName(PeerNameAccount account, boolean affected) {
        line(account.sentence(affected).plain());
        int place = 1;
        for (PeerName.Turn turn : account.peer().steps()) {
            line("  " + place++ + ". program " + turn.program().programId() + " "
                    + turn.program().name() + " (" + reverseSkMaps(turn) + ")");
            if (turn.notes().isEmpty()) {
                line("     sees " + Ends.either(turn.before()).plain()
                        + ", has no reverse_sk entry for it and passes it unchanged");
            }
            turn.notes().forEach(note -> line("     " + note(note)));
            turn.rows().stream().map(MapEntry::cite).forEach(this::cite);
        }
    }

    private static String reverseSkMaps(PeerName.Turn turn) {
        return turn.maps().isEmpty()
                ? "reads no reverse_sk map that is known"
                : "reverse_sk map" + (turn.maps().size() == 1 ? " " : "s ") + Words.list(turn.maps());
    }

    /** What a program finds about a socket in its reverse_sk map, and what it does with it. */
    private static String note(Note note) {
        String result = switch (note.outcome()) {
            case COUNTS -> "it still has that service and answers " + note.asked();
            case FORGOTTEN -> "it no longer has that service: it deletes the entry and passes the name unchanged";
            case OPEN -> "whether it still has that service is not known";
        };
        return "map " + note.mapId() + " has an entry of program " + note.writtenBy() + ": {socket cookie, "
                + note.backend() + "} -> {" + note.asked() + ", rev_nat " + note.serviceId() + "}; " + result;
    }

    private void cite(Citation entry) {
        line("       " + entry.file() + "  " + entry.locator() + "  " + entry.quote());
    }

    private void line(String text) {
        TextTable.paragraph(out, text);
    }
}
