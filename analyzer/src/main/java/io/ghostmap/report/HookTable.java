package io.ghostmap.report;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs of every hook, in run order. */
record HookTable(List<Row> rows) {

    /**
     * A program at its place.
     *
     * @param remarks what a reader of the run order must know
     * @param tag on which generation it works; empty if it works on none, or if that is not known
     */
    record Row(
            Text attachType,
            Anchors.Listed cgroup,
            List<Text> remarks,
            int place,
            int programs,
            Anchors.Listed program,
            Text name,
            boolean stale,
            Optional<Tag> tag,
            Text worksOn,
            Text maps,
            Optional<Anchors.Listed> link,
            Text attachedBy,
            String loadedAt) {}

    static HookTable of(ReportModel model, Anchors anchors) {
        List<Row> rows = new ArrayList<>();
        for (HookAccount account : model.hooks()) {
            List<Text> remarks = remarks(account);
            int place = 1;
            for (HookAccount.Program program : account.programs()) {
                rows.add(row(account, remarks, place++, program, anchors));
            }
        }
        return new HookTable(List.copyOf(rows));
    }

    private static List<Text> remarks(HookAccount account) {
        List<Text> remarks = new ArrayList<>();
        int below = account.hook().alsoIn().size();
        if (below > 0) {
            remarks.add(Text.of("and ").then(Text.count(below, "cgroup below it", "cgroups below it")));
        }
        if (!account.hook().captured()) {
            remarks.add(Text.of("(order computed from the attachments)"));
        }
        account.hook().remark().ifPresent(remark -> remarks.add(Text.of(Term.word(remark))));
        return List.copyOf(remarks);
    }

    private static Row row(
            HookAccount account, List<Text> remarks, int place, HookAccount.Program program, Anchors anchors) {
        return new Row(
                Text.of(Terms.of(account.hook().attachType())),
                anchors.list(Term.cgroup(account.hook().cgroup())),
                remarks,
                place,
                account.programs().size(),
                anchors.list(Term.program(program.id())),
                Text.of(Terms.programName(program.program().name())),
                program.reads() == HookAccount.Reads.STALE,
                tag(program.reads()),
                worksOn(program.reads()),
                Text.join(", ", program.maps().stream().map(Term::map).toList()),
                program.link().map(link -> anchors.list(Term.link(link.id()))),
                program.flags().isEmpty()
                        ? attachedBy(program)
                        : attachedBy(program).then(", {}", Term.option(program.flags())),
                program.loadedAt());
    }

    private static Optional<Tag> tag(HookAccount.Reads reads) {
        return switch (reads) {
            case STALE -> Optional.of(new Tag("stale", "maps that are not current"));
            case CURRENT -> Optional.of(new Tag("current", "current maps"));
            case NONE, FOREIGN, UNKNOWN -> Optional.empty();
        };
    }

    /** What it works on, if there is no tag for it. */
    private static Text worksOn(HookAccount.Reads reads) {
        return switch (reads) {
            case STALE, CURRENT -> Text.NONE;
            case NONE -> Text.of("no services map");
            case FOREIGN -> Text.of("not the load balancer's: its effect is not known");
            case UNKNOWN -> Text.of("not known");
        };
    }

    /** Ahead of the link's id, if it is attached by one. */
    private static Text attachedBy(HookAccount.Program program) {
        return switch (program.via()) {
            case LINK -> Text.NONE;
            case LEGACY -> Text.of("BPF_PROG_ATTACH, no link");
            case UNKNOWN -> Text.of("not known");
        };
    }
}
