package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import io.ghostmap.evidence.BpfLink;

/** What {@code ghostmap hooks} prints: the programs of every hook, in run order. */
public final class HooksText {
    private HooksText() {}

    public static String render(ReportModel model) {
        if (model.hooks().isEmpty()) {
            return "no attached program is in the bundle\n";
        }
        StringBuilder out = new StringBuilder();
        for (HookAccount account : model.hooks()) {
            out.append(out.isEmpty() ? "" : "\n");
            hook(out, account);
        }
        return out.toString();
    }

    private static void hook(StringBuilder out, HookAccount account) {
        out.append(account.hook().attachType().shortName())
                .append(" of ")
                .append(Printable.whole(account.hook().cgroup()))
                .append(account.hook().captured() ? "" : " (order computed from the attachments)")
                .append('\n');
        account.hook()
                .remark()
                .ifPresent(remark -> TextTable.wrap("note: " + Printable.whole(remark), TextTable.WIDTH)
                        .forEach(line -> out.append(line).append('\n')));
        TextTable table = new TextTable("", "PROGRAM", "NAME", "WORKS ON", "ATTACHED BY", "MAPS");
        int place = 1;
        for (HookAccount.Program program : account.programs()) {
            table.row(
                    place++,
                    program.id(),
                    program.program().name(),
                    worksOn(program),
                    attachedBy(program),
                    program.maps());
        }
        out.append(table.render());
    }

    private static String worksOn(HookAccount.Program program) {
        return switch (program.reads()) {
            case STALE -> "NOT current";
            case CURRENT -> "current";
            case NONE -> "no services";
            case FOREIGN -> "unknown (foreign)";
            case UNKNOWN -> "unknown";
        };
    }

    private static String attachedBy(HookAccount.Program program) {
        return switch (program.via()) {
            case LINK -> "link " + program.link().map(BpfLink::id).orElse(0);
            case LEGACY -> "no link";
            case UNKNOWN -> "unknown";
        };
    }
}
