package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Answers to an engineer's single questions, for the terminal: the same facts as in the report. */
public final class NodeText {
    private NodeText() {}

    /** The generations of every role, and why each is or is not current. */
    public static String maps(Report report) {
        if (report.generations().isEmpty()) {
            return "no load-balancing map is in the bundle\n" + ambiguities(report);
        }
        TextTable table = new TextTable("ROLE", "MAP", "CURRENT", "ENTRIES", "WHY");
        for (Report.Generation generation : report.generations()) {
            table.row(generation.role(), generation.mapId(), current(generation), entries(generation), why(generation));
        }
        return table.render() + ambiguities(report);
    }

    private static String ambiguities(Report report) {
        StringBuilder out = new StringBuilder();
        for (Report.Ambiguity open : report.ambiguities()) {
            TextTable.paragraph(out, "open: " + open.text() + ". Why: " + open.why() + ". Cost: " + open.cost() + ".");
        }
        return out.toString();
    }

    private static String entries(Report.Generation generation) {
        return generation.usable()
                ? generation.entries() + (generation.damage().isEmpty() ? "" : ", not whole")
                : "not dumped";
    }

    /** The users of a map are one reason here, not a dozen. */
    private static String why(Report.Generation generation) {
        String user = "used by program ";
        List<String> reasons = new ArrayList<>();
        List<String> users = new ArrayList<>();
        for (Report.Reason reason : generation.reasons()) {
            if (reason.text().startsWith(user)) {
                users.add(reason.text().substring(user.length()));
            } else {
                reasons.add(reason.text());
            }
        }
        if (!users.isEmpty()) {
            reasons.add((users.size() == 1 ? user : "used by programs ") + String.join(", ", users));
        }
        return String.join("; ", reasons);
    }

    private static String current(Report.Generation generation) {
        return generation.current() == null ? "unknown" : generation.current() ? "yes" : "no";
    }

    /** The programs of every hook, in run order. */
    public static String hooks(Report report) {
        if (report.hooks().isEmpty()) {
            return "no attached program is in the bundle\n";
        }
        StringBuilder out = new StringBuilder();
        for (Report.Hook hook : report.hooks()) {
            out.append(out.isEmpty() ? "" : "\n")
                    .append(hook.attachType())
                    .append(" of ")
                    .append(Printable.whole(hook.cgroup()))
                    .append(hook.orderFrom().equals("computed") ? " (order computed from the attachments)" : "")
                    .append('\n');
            if (!hook.remark().isEmpty()) {
                TextTable.wrap("note: " + Printable.whole(hook.remark()), TextTable.WIDTH)
                        .forEach(line -> out.append(line).append('\n'));
            }
            TextTable table = new TextTable("", "PROGRAM", "NAME", "WORKS ON", "ATTACHED BY", "MAPS");
            int place = 1;
            for (Report.Program program : hook.programs()) {
                table.row(place++, program.id(), program.name(), worksOn(program), via(program), program.maps());
            }
            out.append(table.render());
        }
        return out.toString();
    }

    private static String worksOn(Report.Program program) {
        return switch (program.reads()) {
            case "stale" -> "NOT current";
            case "current" -> "current";
            case "foreign" -> "unknown (foreign)";
            case "unknown" -> "unknown";
            default -> "no services";
        };
    }

    private static String via(Report.Program program) {
        return switch (program.via()) {
            case "link" -> "link " + program.linkId();
            case "legacy" -> "no link";
            default -> "unknown";
        };
    }

    /** One connect, step by step, at each hook that handles it; {@code gaps} is what would tell that better. */
    public static String explain(List<Report.Replay> replays, List<Gap> gaps) {
        StringBuilder out = new StringBuilder();
        for (Report.Replay replay : replays) {
            out.append(out.isEmpty() ? "" : "\n");
            TextTable.paragraph(
                    out,
                    "connect to " + replay.frontend()
                            + (replay.service().isEmpty() ? "" : " (" + replay.service() + ")") + " at "
                            + replay.attachType() + " of " + replay.cgroup());
            int place = 1;
            if (replay.steps().isEmpty()) {
                TextTable.paragraph(out, "no program is attached: the kernel leaves the address as it is");
                replay.withoutPrograms().forEach(shown -> cite(out, shown));
            }
            for (Report.Step step : replay.steps()) {
                step(out, place++, step);
            }
            TextTable.paragraph(out, "ends at   " + String.join(" or ", replay.outcome()));
            outcomes(out, replay);
            TextTable.paragraph(
                    out,
                    "should be " + String.join(" or ", replay.expected()) + (replay.affected() ? "   <- differs" : ""));
            replay.peerNames().forEach(name -> peerName(out, name));
            if (replay.observedSyns() > 0) {
                TextTable.paragraph(out, replay.observedSyns() + " SYN frames to where it ends are in the capture");
            }
        }
        gaps.forEach(gap -> TextTable.paragraph(
                out, "note: " + gap.artifact().name() + ": " + gap.reason().plain()));
        return out.toString();
    }

    /** Where there is more than one end, or one that depends on what the bundle does not tell. */
    private static void outcomes(StringBuilder out, Report.Replay replay) {
        boolean plain = replay.chances().size() == 1
                && replay.chances().get(0).conditions().isEmpty();
        if (plain) {
            return;
        }
        for (Report.Outcome outcome : replay.chances()) {
            TextTable.paragraph(
                    out,
                    "          " + outcome.end()
                            + (outcome.share() < 1
                                    ? ": " + String.format(Locale.ROOT, "%.4g", outcome.share() * 100)
                                            + " % of connects"
                                    : "")
                            + (outcome.conditions().isEmpty()
                                    ? ""
                                    : ", if " + String.join(", and ", outcome.conditions())));
        }
    }

    private static void peerName(StringBuilder out, Report.PeerName peer) {
        TextTable.paragraph(out, peer.text());
        int place = 1;
        for (Report.NamingStep step : peer.steps()) {
            TextTable.paragraph(
                    out,
                    "  " + place++ + ". program " + step.program() + " " + step.name() + " ("
                            + (step.reverseSkMaps().isEmpty()
                                    ? "reads no reverse_sk map that is known"
                                    : "reverse_sk map" + (step.reverseSkMaps().size() == 1 ? " " : "s ")
                                            + Words.list(step.reverseSkMaps()))
                            + ")");
            if (step.notes().isEmpty()) {
                TextTable.paragraph(out, "     sees " + step.before() + ", has no note of it, lets it pass");
            }
            for (Report.Note note : step.notes()) {
                TextTable.paragraph(out, "     " + Words.note(note));
            }
            step.entries().forEach(entry -> cite(out, entry));
        }
    }

    private static void step(StringBuilder out, int place, Report.Step step) {
        String map = step.generation() == 0
                ? "not the load balancer's; its effect is not known"
                : ReplaySection.decisive(step).stream()
                        .map(reading -> (reading.mapId() == step.generation() ? "services" : "backends") + " map "
                                + reading.mapId() + (Boolean.FALSE.equals(reading.current()) ? ", NOT current" : ""))
                        .collect(Collectors.joining("; "));
        String after = String.join(" or ", step.after());
        TextTable.paragraph(out, "  " + place + ". program " + step.program() + " " + step.name() + " (" + map + ")");
        TextTable.paragraph(
                out,
                "     sees " + step.before()
                        + (after.equals(step.before())
                                ? (step.entries().isEmpty() ? ", has no entry for it" : "") + ", lets it pass"
                                : ", makes it " + after));
        step.entries().forEach(entry -> cite(out, entry));
    }

    private static void cite(StringBuilder out, Citation entry) {
        TextTable.paragraph(out, "       " + entry.file() + "  " + entry.locator() + "  " + entry.quote());
    }
}
