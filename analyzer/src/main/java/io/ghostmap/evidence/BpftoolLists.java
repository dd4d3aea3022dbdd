package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Rows of bpftool's lists as records. A row without a usable id is not a claim and yields nothing. */
final class BpftoolLists {
    /** The last second that a date with four digits of a year can show; a later time is not a time. */
    private static final long END_OF_TIME = 253_402_300_799L;

    private BpftoolLists() {}

    static Optional<BpfMap> map(ListRow row) {
        return id(row.value("id")).map(id -> {
            long flags = row.number("flags", ListRow.U32).orElse(0);
            int keyBytes = row.integer("bytes_key");
            int valueBytes = row.integer("bytes_value");
            long maxEntries = row.number("max_entries", ListRow.U32).orElse(0);
            String quote = row.text("type") + " " + row.text("name") + " flags 0x" + Long.toHexString(flags) + " key "
                    + keyBytes + "B value " + valueBytes + "B max_entries " + maxEntries;
            return new BpfMap(
                    id,
                    TypeNames.map(row.value("type")),
                    row.text("name"),
                    flags,
                    keyBytes,
                    valueBytes,
                    maxEntries,
                    row.texts("pinned"),
                    new Citation(row.file(), "map id " + id, quote));
        });
    }

    static Optional<BpfProgram> program(ListRow row) {
        return id(row.value("id")).map(id -> {
            List<Integer> mapIds = row.integers("map_ids");
            return new BpfProgram(
                    id,
                    TypeNames.program(row.value("type")),
                    row.text("name"),
                    row.text("tag"),
                    row.number("loaded_at", END_OF_TIME),
                    mapIds,
                    row.texts("pinned"),
                    new Citation(
                            row.file(),
                            "program id " + id,
                            row.text("type") + " " + row.text("name") + ", map_ids " + mapIds));
        });
    }

    static Optional<BpfLink> link(ListRow row) {
        return id(row.value("id")).map(id -> {
            int programId = row.integer("prog_id");
            return new BpfLink(
                    id,
                    row.text("type"),
                    programId,
                    row.number("cgroup_id", Long.MAX_VALUE),
                    AttachType.of(row.text("attach_type")),
                    row.texts("pinned"),
                    new Citation(
                            row.file(),
                            "link id " + id,
                            "prog_id " + programId + ", cgroup_id "
                                    + row.value("cgroup_id").asString("-") + ", "
                                    + row.value("attach_type").asString("-")));
        });
    }

    /** A row of {@code cgroup show}; rows of other hooks are skipped. */
    static Optional<AttachedProgram> attached(ListRow row) {
        return id(row.value("id"))
                .flatMap(id -> AttachType.of(row.text("attach_type"))
                        .map(hook -> new AttachedProgram(
                                id,
                                hook,
                                row.text("attach_flags"),
                                row.text("name"),
                                new Citation(
                                        row.file(),
                                        row.text("attach_type") + " id " + id,
                                        row.text("name") + " " + row.text("attach_flags")))));
    }

    /** A row of {@code cgroup tree}: one cgroup with its programs. */
    static Optional<CgroupPrograms> cgroup(ListRow row) {
        String path = row.text("cgroup");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new CgroupPrograms(
                path,
                row.rows("programs").stream()
                        .map(BpftoolLists::attached)
                        .flatMap(Optional::stream)
                        .toList()));
    }

    /** {@code net show} prints one object with a list for each subsystem; tc and tcx rows name their program differently. */
    static List<NetAttachment> net(JsonNode row, String file) {
        List<NetAttachment> attachments = new ArrayList<>();
        for (String subsystem : List.of("xdp", "tc")) {
            for (JsonNode entry : row.path(subsystem)) {
                int program = entry.path("prog_id").asInt(entry.path("id").asInt(0));
                String device = entry.path("devname").asString("");
                String kind =
                        subsystem.equals("xdp") ? "xdp" : entry.path("kind").asString("");
                attachments.add(new NetAttachment(
                        device, kind, program, new Citation(file, kind + " on " + device, "program id " + program)));
            }
        }
        return List.copyOf(attachments);
    }

    private static Optional<Integer> id(JsonNode id) {
        return id.isInt() && id.asInt() > 0 ? Optional.of(id.asInt()) : Optional.empty();
    }
}
