package io.ghostmap.report;

import io.ghostmap.evidence.BpfLink;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;

/** What {@code ghostmap hooks} prints: the programs of every hook, in run order. */
public final class HooksText {
    private HooksText() {}

    public static String render(ReportModel model) {
        TextLines out = new TextLines();
        if (model.hooks().isEmpty()) {
            out.line(Text.of("the bundle shows no attached program"));
        }
        for (HookAccount account : model.hooks()) {
            out.gap();
            hook(out, account);
        }
        return out.toString();
    }

    private static void hook(TextLines out, HookAccount account) {
        Text title = Text.of(
                "{} of {}",
                Terms.of(account.hook().attachType()),
                Term.cgroup(account.hook().cgroup()));
        out.line(account.hook().captured() ? title : title.then(" (order computed from the attachments)"));
        account.hook().remark().ifPresent(remark -> out.line(Text.of("note: {}", Term.word(remark))));
        TextTable table = new TextTable("", "PROGRAM", "NAME", "WORKS ON", "ATTACHED BY", "MAPS");
        int place = 1;
        for (HookAccount.Program program : account.programs()) {
            table.row(
                    place++,
                    program.id(),
                    program.program().name(),
                    worksOn(program),
                    attachedBy(program),
                    Words.list(program.maps()));
        }
        out.table(table);
    }

    private static Text worksOn(HookAccount.Program program) {
        return switch (program.reads()) {
            case STALE -> Text.of("maps NOT current");
            case CURRENT -> Text.of("current maps");
            case NONE -> Text.of("no services map");
            case FOREIGN -> Text.of("not known (foreign)");
            case UNKNOWN -> Text.of("not known");
        };
    }

    private static Text attachedBy(HookAccount.Program program) {
        return switch (program.via()) {
            case LINK ->
                Text.of(
                        "link {}",
                        program.link().map(BpfLink::id).map(Term::link).orElse(Term.word("?")));
            case LEGACY -> Text.of("no link");
            case UNKNOWN -> Text.of("not known");
        };
    }
}
