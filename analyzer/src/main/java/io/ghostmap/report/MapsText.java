package io.ghostmap.report;

import io.ghostmap.datapath.Ambiguity;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Reason;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;

/** What {@code ghostmap maps} prints: the generations of every role, and why each is or is not current. */
public final class MapsText {
    private MapsText() {}

    public static String render(ReportModel model) {
        TextLines out = new TextLines();
        if (model.generations().isEmpty()) {
            out.line(Text.of("the bundle has no load-balancing map"));
        } else {
            TextTable table = new TextTable("ROLE", "MAP", "CURRENT", "ENTRIES", "WHY");
            for (Generation map : model.generations()) {
                table.row(map.role(), map.mapId(), current(map), entries(map), why(map));
            }
            out.table(table);
        }
        for (Ambiguity open : model.incident().datapath().ambiguities()) {
            out.line(Text.of("not known: {}. Why: {}. Cost: {}.", open.text(), open.why(), open.cost()));
        }
        return out.toString();
    }

    private static String current(Generation map) {
        return switch (map.currency()) {
            case CURRENT -> "yes";
            case NOT_CURRENT -> "no";
            case UNKNOWN -> "not known";
        };
    }

    private static String entries(Generation map) {
        return map.entries()
                .map(entries -> entries + (map.damage().isEmpty() ? "" : ", incomplete"))
                .orElse("not dumped");
    }

    /** The users of a map are one reason here, not a dozen. */
    private static Text why(Generation map) {
        List<Text> reasons = new ArrayList<>();
        List<Text> users = new ArrayList<>();
        for (Reason reason : map.reasons()) {
            if (reason instanceof Reason.UsedBy user && user.directly()) {
                users.add(Text.of(
                        "{} ({})", Term.program(user.program()), Term.name(NameKind.PROGRAM_NAME, user.name())));
            } else {
                reasons.add(reason.text());
            }
        }
        if (!users.isEmpty()) {
            reasons.add(
                    users.size() == 1
                            ? Text.of("used by program {}", users.get(0))
                            : Text.of("used by programs {}", Text.join(", ", users)));
        }
        return Text.join("; ", reasons);
    }
}
