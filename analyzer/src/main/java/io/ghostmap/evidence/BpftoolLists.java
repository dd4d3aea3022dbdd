package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/** Rows of bpftool's lists as records. A row without a usable id is no claim, and yields nothing. */
final class BpftoolLists {
    private BpftoolLists() {}

    static Optional<BpfMap> map(JsonNode row, String file) {
        return id(row).map(id -> new BpfMap(
                id,
                TypeNames.map(row.path("type")),
                row.path("name").asString(""),
                row.path("flags").asLong(0),
                row.path("bytes_key").asInt(0),
                row.path("bytes_value").asInt(0),
                row.path("max_entries").asLong(0),
                texts(row.path("pinned")),
                new Citation(file, "map id " + id, mapQuote(row))));
    }

    static Optional<BpfProgram> program(JsonNode row, String file) {
        return id(row).map(id -> new BpfProgram(
                id,
                TypeNames.program(row.path("type")),
                row.path("name").asString(""),
                row.path("tag").asString(""),
                optionalLong(row.path("loaded_at")),
                ids(row.path("map_ids")),
                texts(row.path("pinned")),
                new Citation(
                        file,
                        "program id " + id,
                        row.path("type").asString("") + " " + row.path("name").asString("") + ", map_ids "
                                + ids(row.path("map_ids")))));
    }

    static Optional<BpfLink> link(JsonNode row, String file) {
        return id(row).map(id -> new BpfLink(
                id,
                row.path("type").asString(""),
                row.path("prog_id").asInt(0),
                optionalLong(row.path("cgroup_id")),
                AttachType.of(row.path("attach_type").asString("")),
                texts(row.path("pinned")),
                new Citation(
                        file,
                        "link id " + id,
                        "prog_id " + row.path("prog_id").asInt(0) + ", cgroup_id "
                                + row.path("cgroup_id").asString("-") + ", "
                                + row.path("attach_type").asString("-"))));
    }

    /** A row of {@code cgroup show}; rows of hooks that are not ours are passed over. */
    static Optional<AttachedProgram> attached(JsonNode row, String file) {
        Optional<AttachType> type = AttachType.of(row.path("attach_type").asString(""));
        return id(row).flatMap(id -> type.map(hook -> new AttachedProgram(
                id,
                hook,
                row.path("attach_flags").asString(""),
                row.path("name").asString(""),
                new Citation(
                        file,
                        row.path("attach_type").asString("") + " id " + id,
                        row.path("name").asString("") + " "
                                + row.path("attach_flags").asString("")))));
    }

    /** A row of {@code cgroup tree}: one cgroup with its programs. */
    static Optional<CgroupPrograms> cgroup(JsonNode row, String file) {
        String path = row.path("cgroup").asString("");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        List<AttachedProgram> programs = new ArrayList<>();
        row.path("programs").forEach(program -> attached(program, file).ifPresent(programs::add));
        return Optional.of(new CgroupPrograms(path, List.copyOf(programs)));
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

    private static String mapQuote(JsonNode row) {
        return row.path("type").asString("") + " " + row.path("name").asString("") + " flags 0x"
                + Long.toHexString(row.path("flags").asLong(0)) + " key "
                + row.path("bytes_key").asInt(0) + "B value "
                + row.path("bytes_value").asInt(0) + "B max_entries "
                + row.path("max_entries").asLong(0);
    }

    private static Optional<Integer> id(JsonNode row) {
        JsonNode id = row.path("id");
        return id.isInt() && id.asInt() > 0 ? Optional.of(id.asInt()) : Optional.empty();
    }

    private static OptionalLong optionalLong(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong()
                ? OptionalLong.of(node.asLong())
                : OptionalLong.empty();
    }

    private static List<Integer> ids(JsonNode nodes) {
        List<Integer> ids = new ArrayList<>();
        nodes.forEach(node -> {
            if (node.isInt()) {
                ids.add(node.asInt());
            }
        });
        return List.copyOf(ids);
    }

    private static List<String> texts(JsonNode nodes) {
        List<String> texts = new ArrayList<>();
        nodes.forEach(node -> texts.add(node.asString("")));
        return List.copyOf(texts);
    }
}
