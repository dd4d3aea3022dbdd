package io.ghostmap.evidence;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** bpftool's words for types. It prints the kernel's number for what is newer than itself. */
final class TypeNames {
    /** {@code enum bpf_map_type} of include/uapi/linux/bpf.h, as far as load balancers use them. */
    private static final Map<String, String> MAPS = Map.ofEntries(
            Map.entry("1", "hash"),
            Map.entry("2", "array"),
            Map.entry("3", "prog_array"),
            Map.entry("4", "perf_event_array"),
            Map.entry("5", "percpu_hash"),
            Map.entry("6", "percpu_array"),
            Map.entry("9", "lru_hash"),
            Map.entry("10", "lru_percpu_hash"),
            Map.entry("11", "lpm_trie"),
            Map.entry("12", "array_of_maps"),
            Map.entry("13", "hash_of_maps"));

    /** {@code enum bpf_prog_type}. */
    private static final Map<String, String> PROGRAMS =
            Map.of("3", "sched_cls", "6", "xdp", "8", "cgroup_skb", "9", "cgroup_sock", "18", "cgroup_sock_addr");

    private TypeNames() {}

    static String map(JsonNode type) {
        String word = type.asString("");
        return MAPS.getOrDefault(word, word);
    }

    static String program(JsonNode type) {
        String word = type.asString("");
        return PROGRAMS.getOrDefault(word, word);
    }
}
