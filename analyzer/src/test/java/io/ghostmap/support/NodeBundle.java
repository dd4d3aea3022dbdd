package io.ghostmap.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the bundle of a node as an unpacked folder, in bpftool's own shapes. A test says which maps, programs,
 * attachments and packets there are; what it does not say is absent from the bundle.
 */
final class NodeBundle {
    private final Map<String, String> texts = new TreeMap<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> maps = new ArrayList<>();
    private final List<String> programs = new ArrayList<>();
    private final List<String> links = new ArrayList<>();
    private final Map<String, List<String>> attached = new LinkedHashMap<>();
    private final Map<String, Integer> inodes = new LinkedHashMap<>();
    private final Map<Integer, List<String>> rows = new TreeMap<>();

    NodeBundle() {
        texts.put(
                "manifest.json",
                "{\"format\":1,\"node\":\"test-node\",\"collector\":{\"name\":\"test\",\"version\":\"1\"}}");
    }

    NodeBundle map(int id, String type, String name, int key, int value, String pin) {
        return map(id, type, name, key, value, type.startsWith("lru") ? 0 : 1, pin);
    }

    NodeBundle map(int id, String type, String name, int key, int value, int flags, String pin) {
        maps.add(("{\"id\":%d,\"type\":\"%s\",\"name\":\"%s\",\"flags\":%d,\"bytes_key\":%d,\"bytes_value\":%d,"
                        + "\"max_entries\":65536,\"bytes_memlock\":1,\"frozen\":0,\"pinned\":[%s]}")
                .formatted(id, type, name, flags, key, value, pin.isEmpty() ? "" : "\"" + pin + "\""));
        return this;
    }

    NodeBundle row(int mapId, byte[] key, byte[] value) {
        rows.computeIfAbsent(mapId, id -> new ArrayList<>())
                .add("{\"key\":" + hex(key) + ",\"value\":" + hex(value) + "}");
        return this;
    }

    /** A dump of that map is in the bundle, even without rows. */
    void dumped(int mapId) {
        rows.computeIfAbsent(mapId, id -> new ArrayList<>());
    }

    NodeBundle program(int id, String name, Integer... mapIds) {
        return programOf("cgroup_sock_addr", id, name, mapIds);
    }

    NodeBundle programOf(String type, int id, String name, Integer... mapIds) {
        String ids = List.of(mapIds).stream().map(String::valueOf).collect(Collectors.joining(","));
        programs.add(("{\"id\":%d,\"type\":\"%s\",\"name\":\"%s\",\"tag\":\"0123456789abcdef\",\"loaded_at\":%d,"
                        + "\"uid\":0,\"map_ids\":[%s],\"pinned\":[]}")
                .formatted(id, type, name, 1_795_000_000 + id, ids));
        return this;
    }

    NodeBundle link(int id, int program, String cgroup, String type, String pin) {
        links.add(
                "{\"id\":%d,\"type\":\"cgroup\",\"prog_id\":%d,\"cgroup_id\":%d,\"attach_type\":\"%s\",\"pinned\":[%s]}"
                        .formatted(id, program, inode(cgroup), type, pin.isEmpty() ? "" : "\"" + pin + "\""));
        return attach(cgroup, program, type, "multi");
    }

    /** Appends a program to the list of a cgroup's hook. */
    NodeBundle attach(String cgroup, int program, String type, String flags) {
        inode(cgroup);
        attached.computeIfAbsent(cgroup, c -> new ArrayList<>())
                .add("{\"id\":%d,\"attach_type\":\"%s\",\"attach_flags\":\"%s\",\"name\":\"p%d\"}"
                        .formatted(program, type, flags, program));
        return this;
    }

    /** What {@code bpftool cgroup show CGROUP effective} prints. */
    NodeBundle effective(String cgroup, String type, Integer... programIds) {
        String list = List.of(programIds).stream()
                .map(id -> "{\"id\":%d,\"attach_type\":\"%s\",\"name\":\"p%d\"}".formatted(id, type, id))
                .collect(Collectors.joining(","));
        texts.put("bpf/cgroups/effective/" + inode(cgroup) + ".json", "[" + list + "]");
        return this;
    }

    NodeBundle capture(PcapFile pcap) {
        files.put("pcap/any.pcap", pcap.bytes());
        texts.put(
                "pcap/links.json",
                "[{\"ifindex\":2,\"ifname\":\"lxc0\"},{\"ifindex\":3,\"ifname\":\"eth0\"},{\"ifindex\":4,\"ifname\":\"lxc1\"}]");
        return this;
    }

    NodeBundle text(String path, String content) {
        texts.put(path, content);
        return this;
    }

    void textIfAbsent(String path, String content) {
        texts.putIfAbsent(path, content);
    }

    Path write(Path folder) {
        list("maps", maps);
        list("programs", programs);
        list("links", links);
        texts.putIfAbsent(
                "bpf/cgroups/tree.json",
                attached.entrySet().stream()
                        .map(entry -> "{\"cgroup\":\"" + entry.getKey() + "\",\"programs\":["
                                + String.join(",", entry.getValue()) + "]}")
                        .collect(Collectors.joining(",", "[", "]")));
        StringBuilder cgroups = new StringBuilder("#mount\tinode\tpath\n");
        inodes.forEach((path, inode) -> cgroups.append("/sys/fs/cgroup\t")
                .append(inode)
                .append('\t')
                .append(path.equals("/sys/fs/cgroup") ? "/" : path.substring("/sys/fs/cgroup".length()))
                .append('\n'));
        texts.putIfAbsent("node/cgroups.tsv", cgroups.toString());
        rows.forEach((id, entries) ->
                texts.putIfAbsent("bpf/map-dumps/" + id + ".json", "[" + String.join(",", entries) + "]"));
        try {
            for (Map.Entry<String, String> text : texts.entrySet()) {
                files.put(text.getKey(), text.getValue().getBytes(StandardCharsets.UTF_8));
            }
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path target = folder.resolve(file.getKey());
                Files.createDirectories(target.getParent());
                Files.write(target, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private void list(String name, List<String> entries) {
        String json = "[" + String.join(",", entries) + "]";
        texts.putIfAbsent("bpf/before/" + name + ".json", json);
        texts.putIfAbsent("bpf/after/" + name + ".json", json);
    }

    private int inode(String cgroup) {
        return inodes.computeIfAbsent(cgroup, c -> 100 + inodes.size());
    }

    private static String hex(byte[] bytes) {
        List<String> texts = new ArrayList<>();
        for (byte b : bytes) {
            texts.add("\"0x%02x\"".formatted(b));
        }
        return "[" + String.join(",", texts) + "]";
    }
}
