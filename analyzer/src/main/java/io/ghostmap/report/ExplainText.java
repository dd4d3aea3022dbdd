package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.IdKind;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.function.Function;

/** What {@code ghostmap explain} prints: one connect, program by program, at each hook that handles it. */
final class ExplainText {
    private final TextLines out = new TextLines();

    private ExplainText() {}

    static String render(Explanation explanation) {
        ExplainText text = new ExplainText();
        if (explanation.replays().isEmpty()) {
            text.out.line(nothing(explanation));
        }
        for (ReplayAccount account : explanation.replays()) {
            text.out.gap();
            text.replay(account);
        }
        explanation
                .gaps()
                .forEach(gap ->
                        text.out.line(Text.of("note: {}: {}", gap.artifact().term(), gap.reason())));
        return text.out.toString();
    }

    private static Text nothing(Explanation explanation) {
        Text text = Text.of(
                "not known: no captured hook handles {}; ghostmap hooks lists those that were captured",
                Terms.of(explanation.frontend()));
        return explanation
                .cgroup()
                .map(cgroup -> Text.of(
                        "not known: no captured hook handles {} for sockets of {}, and the bundle does not show what"
                                + " is attached there; ghostmap hooks lists the hooks that were captured",
                        Terms.of(explanation.frontend()),
                        Term.cgroup(cgroup)))
                .orElse(text);
    }

    private void replay(ReplayAccount account) {
        Replay replay = account.replay();
        out.line(Text.of(
                "connect to {}{} at {} of {}",
                Terms.of(replay.frontend()),
                account.service()
                        .map(name -> Text.of(" ({})", Terms.service(name)))
                        .orElse(Text.NONE),
                Terms.of(replay.hook().attachType()),
                Term.cgroup(replay.hook().cgroup())));
        if (account.turns().isEmpty()) {
            out.line(Text.of("no program is attached: the kernel keeps the address"));
            replay.hook().shownBy().forEach(this::cite);
        }
        int place = 1;
        for (ReplayAccount.Turn turn : account.turns()) {
            program(place++, turn.step().program(), maps(turn));
            out.line(Text.of("     {}", does(turn)));
            turn.step().entries().forEach(this::cite);
        }
        out.line(Text.of("goes to      {}", Text.join(" or ", account.texts(replay.outcome()))));
        outcomes(account);
        out.line(Text.of("should go to {}", Text.join(" or ", account.texts(replay.expected())))
                .then(account.affected() ? Text.of("   <- differs") : Text.NONE));
        account.peerNames().forEach(peer -> peerName(peer, account.affected()));
        if (account.observedSyns() > 0) {
            out.line(Text.of(
                    "the capture has {} to where it goes",
                    Text.count(account.observedSyns(), "SYN frame", "SYN frames")));
        }
    }

    private void program(int place, HookProgram program, Text maps) {
        out.line(Text.of(
                "  {}. program {} {} ({})",
                Term.number(place),
                Term.program(program.programId()),
                Terms.programName(program.name()),
                maps));
    }

    private static Text maps(ReplayAccount.Turn turn) {
        if (turn.isForeign()) {
            return Text.of("not the load balancer's; its effect is not known");
        }
        return Text.join(
                "; ", turn.decisive().stream().map(map -> map(turn, map)).toList());
    }

    private static Text map(ReplayAccount.Turn turn, Generation map) {
        Text text = turn.isServicesMap(map)
                ? Text.of("services map {}", Term.map(map.mapId()))
                : Text.of("backends map {}", Term.map(map.mapId()));
        return map.isNotCurrent() ? text.then(", NOT current") : text;
    }

    private static Text does(ReplayAccount.Turn turn) {
        return switch (turn.sees()) {
            case REFUSED -> Text.of("runs as well, but connect() is already refused, and stays so");
            case UNKNOWN -> Text.of("not followed: what happens before it is not known");
            case ADDRESSES -> sees(turn);
        };
    }

    private static Text sees(ReplayAccount.Turn turn) {
        Text sees = Text.of("sees {}", Ends.either(turn.step().before()));
        List<Text> effects =
                turn.knownEffects().stream().map(effect -> effect(turn, effect)).toList();
        return effects.isEmpty() ? sees : sees.then(", {}", Text.join(", or ", effects));
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

    /** If there is more than one end, or one that depends on what the bundle does not show. */
    private void outcomes(ReplayAccount account) {
        List<Outcome> outcomes = account.replay().outcomes();
        if (outcomes.size() == 1 && outcomes.get(0).conditions().isEmpty()) {
            return;
        }
        for (Outcome outcome : outcomes) {
            Text text = Text.of("             {}", account.text(outcome.disposition()));
            if (ReplayJson.rounded(outcome.share()) < 1) {
                text = text.then(": {} of connects", Term.share(outcome.share()));
            }
            out.line(
                    outcome.conditions().isEmpty()
                            ? text
                            : text.then(", if {}", ConditionText.and(outcome.conditions())));
        }
    }

    private void peerName(PeerNameAccount account, boolean affected) {
        out.line(account.sentence(affected));
        int place = 1;
        for (PeerName.Turn turn : account.peer().steps()) {
            program(place++, turn.program(), reverseSkMaps(turn.maps()));
            if (turn.notes().isEmpty()) {
                out.line(Text.of(
                        "     sees {}, has no reverse_sk entry for it and passes it unchanged",
                        Ends.either(turn.before())));
            }
            turn.notes().forEach(note -> out.line(note(note)));
            turn.rows().stream().map(MapEntry::cite).forEach(this::cite);
        }
    }

    private static Text reverseSkMaps(List<Integer> maps) {
        Text ids = Text.join(", ", maps.stream().map(Term::map).toList());
        return switch (maps.size()) {
            case 0 -> Text.of("reads no reverse_sk map that is known");
            case 1 -> Text.of("reverse_sk map {}", ids);
            default -> Text.of("reverse_sk maps {}", ids);
        };
    }

    /** What a program finds about a socket in its reverse_sk map, and what it then does. */
    private static Text note(Note note) {
        Text result = switch (note.outcome()) {
            case COUNTS -> Text.of("it still has that service and answers {}", Term.endpoint(note.asked()));
            case FORGOTTEN ->
                Text.of("it no longer has that service: it deletes the entry and passes the name unchanged");
            case OPEN -> Text.of("whether it still has that service is not known");
        };
        return Text.of(
                "     map {} has an entry of program {}: {socket cookie, {}} -> {{}, rev_nat {}}; {}",
                Term.map(note.mapId()),
                Term.program(note.writtenBy()),
                Term.endpoint(note.backend()),
                Term.endpoint(note.asked()),
                Term.id(IdKind.REV_NAT, note.serviceId()),
                result);
    }

    private void cite(Citation entry) {
        out.line(Text.of(
                "       {}  {}  {}",
                Term.member(entry.file()),
                Term.quote(entry.locator()),
                Term.quote(entry.quote())));
    }
}
