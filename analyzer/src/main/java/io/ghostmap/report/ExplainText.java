package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Text;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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
            line("no program is attached: the kernel leaves the address as it is");
            account.replay().hook().shownBy().forEach(this::cite);
        }
        int place = 1;
        for (ReplayAccount.Turn turn : account.turns()) {
            turn(place++, turn);
        }
        line("ends at   " + String.join(" or ", account.texts(account.replay().outcome())));
        outcomes(account);
        line("should be " + String.join(" or ", account.texts(account.replay().expected()))
                + (account.affected() ? "   <- differs" : ""));
        account.peerNames().forEach(peer -> peerName(peer, account.affected()));
        if (account.observedSyns() > 0) {
            line(account.observedSyns() + " SYN frames to where it ends are in the capture");
        }
    }

    private void turn(int place, ReplayAccount.Turn turn) {
        Step step = turn.step();
        line("  " + place + ". program " + step.program().programId() + " "
                + step.program().name() + " (" + maps(turn) + ")");
        String before = joined(step.before());
        String after =
                step.after().stream().map(Disposition::text).map(Text::plain).collect(Collectors.joining(" or "));
        line("     sees " + before
                + (step.passes()
                        ? (turn.hasEntries() ? "" : ", has no entry for it") + ", lets it pass"
                        : ", makes it " + after));
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

    /** If there is more than one end, or one that depends on what the bundle does not say. */
    private void outcomes(ReplayAccount account) {
        List<Outcome> outcomes = account.replay().outcomes();
        if (outcomes.size() == 1 && outcomes.get(0).conditions().isEmpty()) {
            return;
        }
        for (Outcome outcome : outcomes) {
            double share = ReplayJson.rounded(outcome.share());
            line("          " + account.text(outcome.disposition())
                    + (share < 1 ? ": " + String.format(Locale.ROOT, "%.4g", share * 100) + " % of connects" : "")
                    + (outcome.conditions().isEmpty()
                            ? ""
                            : ", if " + String.join(", and ", ConditionText.of(outcome.conditions()))));
        }
    }

    private void peerName(PeerNameAccount account, boolean affected) {
        line(account.sentence(affected));
        int place = 1;
        for (PeerName.Turn turn : account.peer().steps()) {
            line("  " + place++ + ". program " + turn.program().programId() + " "
                    + turn.program().name() + " (" + reverseSkMaps(turn) + ")");
            if (turn.notes().isEmpty()) {
                line("     sees " + joined(turn.before()) + ", has no note of it, lets it pass");
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
        String made = switch (note.outcome()) {
            case COUNTS -> "it still has that service, and says " + note.asked();
            case FORGOTTEN -> "it has no such service any more: it deletes the entry and leaves the name";
            case OPEN -> "whether it still has that service is not known";
        };
        return "map " + note.mapId() + " has, from program " + note.writtenBy() + ", {socket cookie, " + note.backend()
                + "} -> {" + note.asked() + ", rev_nat " + note.serviceId() + "}; " + made;
    }

    private static String joined(Collection<Endpoint> endpoints) {
        return endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(" or "));
    }

    private void cite(Citation entry) {
        line("       " + entry.file() + "  " + entry.locator() + "  " + entry.quote());
    }

    private void line(String text) {
        TextTable.paragraph(out, text);
    }
}
