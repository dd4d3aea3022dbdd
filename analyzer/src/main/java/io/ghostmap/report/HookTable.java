package io.ghostmap.report;

import io.ghostmap.evidence.BpfLink;
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
            String attachType,
            String cgroup,
            List<String> remarks,
            int place,
            int programs,
            int program,
            String name,
            boolean stale,
            Optional<Tag> tag,
            String worksOn,
            String maps,
            String attachedBy,
            String loadedAt) {}

    static HookTable of(ReportModel model) {
        List<Row> rows = new ArrayList<>();
        for (HookAccount account : model.hooks()) {
            List<String> remarks = remarks(account);
            int place = 1;
            for (HookAccount.Program program : account.programs()) {
                rows.add(row(account, remarks, place++, program));
            }
        }
        return new HookTable(List.copyOf(rows));
    }

    private static List<String> remarks(HookAccount account) {
        List<String> remarks = new ArrayList<>();
        int below = account.hook().alsoIn().size();
        if (below > 0) {
            remarks.add("and " + below + " cgroup" + (below == 1 ? "" : "s") + " below");
        }
        if (!account.hook().captured()) {
            remarks.add("(order computed)");
        }
        account.hook().remark().ifPresent(remarks::add);
        return List.copyOf(remarks);
    }

    private static Row row(HookAccount account, List<String> remarks, int place, HookAccount.Program program) {
        return new Row(
                account.hook().attachType().shortName(),
                account.hook().cgroup(),
                remarks,
                place,
                account.programs().size(),
                program.id(),
                program.program().name(),
                program.reads() == HookAccount.Reads.STALE,
                tag(program.reads()),
                worksOn(program.reads()),
                Words.list(program.maps()),
                attachedBy(program) + (program.flags().isEmpty() ? "" : ", " + program.flags()),
                program.loadedAt());
    }

    private static Optional<Tag> tag(HookAccount.Reads reads) {
        return switch (reads) {
            case STALE -> Optional.of(new Tag("stale", "a generation that is not current"));
            case CURRENT -> Optional.of(new Tag("current", "the current generation"));
            case NONE, FOREIGN, UNKNOWN -> Optional.empty();
        };
    }

    /** If no tag says it. */
    private static String worksOn(HookAccount.Reads reads) {
        return switch (reads) {
            case STALE, CURRENT -> "";
            case NONE -> "no services map";
            case FOREIGN -> "not the load balancer's: effect not known";
            case UNKNOWN -> "not known";
        };
    }

    private static String attachedBy(HookAccount.Program program) {
        return switch (program.via()) {
            case LINK -> "link " + program.link().map(BpfLink::id).orElse(0);
            case LEGACY -> "BPF_PROG_ATTACH, no link";
            case UNKNOWN -> "not known";
        };
    }
}
