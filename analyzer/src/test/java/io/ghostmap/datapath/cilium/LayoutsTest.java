package io.ghostmap.datapath.cilium;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.datapath.MapRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tables themselves: no hole, no overlap, and no two maps that look alike in the kernel's list by mistake. */
final class LayoutsTest {
    @Test
    void everyByteOfEveryLayoutIsInExactlyOneField() {
        for (Layout layout : Layouts.list()) {
            assertThat(gaps(layout.key())).as("key of %s", layout.name()).isEmpty();
            assertThat(gaps(layout.value())).as("value of %s", layout.name()).isEmpty();
        }
    }

    private static List<String> gaps(List<Field> fields) {
        int next = 0;
        for (Field field : fields) {
            if (field.offset() != next) {
                return List.of(field.name() + " starts at " + field.offset() + ", not at " + next);
            }
            next = field.end();
        }
        return List.of();
    }

    /** Section 1.4 to 2.6 of the reference, row by row: role, type, key size, value size. */
    @Test
    void sizesAreThoseOfTheReference() {
        assertThat(Layouts.list().stream()
                        .filter(layout -> !layout.isOf(MapRole.OTHER))
                        .map(layout -> layout.name() + " " + layout.type() + " " + layout.keyBytes() + "/"
                                + layout.valueBytes()))
                .containsExactlyInAnyOrder(
                        "cilium_lb4_services hash 8/12",
                        "cilium_lb4_services_v2 hash 12/12",
                        "cilium_lb6_services hash 20/24",
                        "cilium_lb6_services_v2 hash 24/12",
                        "cilium_lb4_backends hash 2/8",
                        "cilium_lb4_backends_v2 hash 4/8",
                        "cilium_lb4_backends_v3 hash 4/12",
                        "cilium_lb6_backends hash 2/20",
                        "cilium_lb6_backends_v2 hash 4/20",
                        "cilium_lb6_backends_v3 hash 4/24",
                        "cilium_lb4_reverse_nat hash 2/6",
                        "cilium_lb6_reverse_nat hash 2/18",
                        "cilium_lb4_reverse_sk lru_hash 16/8",
                        "cilium_lb6_reverse_sk lru_hash 32/20",
                        "cilium_lb4_affinity lru_hash 16/16",
                        "cilium_lb6_affinity lru_hash 24/16",
                        "cilium_lb_affinity_match hash 8/1",
                        "cilium_lb4_source_range lpm_trie 12/1",
                        "cilium_lb6_source_range lpm_trie 24/1",
                        "cilium_lb4_maglev hash_of_maps 2/4",
                        "cilium_lb6_maglev hash_of_maps 2/4",
                        "cilium_maglev_inner array 4/4",
                        "cilium_lb4_maglev_inner array 4/2",
                        "cilium_lb6_maglev_inner array 4/2",
                        "cilium_lb4_health lru_hash 8/8",
                        "cilium_lb4_health lru_hash 8/12",
                        "cilium_lb6_health lru_hash 8/20",
                        "cilium_lb6_health lru_hash 8/24",
                        "cilium_skip_lb4 hash 16/1",
                        "cilium_skip_lb6 hash 32/1",
                        "cilium_lb_act lru_hash 4/8",
                        "cilium_ipcache lpm_trie 24/12",
                        "cilium_ipcache_v2 lpm_trie 24/24",
                        "cilium_lxc hash 20/48",
                        "cilium_node_map hash 20/2",
                        "cilium_node_map_v2 hash 20/4",
                        "cilium_tunnel_map hash 20/20",
                        "cilium_ct4_global lru_hash 14/56",
                        "cilium_ct_any4_global lru_hash 14/56",
                        "cilium_ct6_global lru_hash 38/56",
                        "cilium_ct_any6_global lru_hash 38/56",
                        "cilium_snat_v4_external lru_hash 14/40",
                        "cilium_snat_v6_external lru_hash 38/56",
                        "cilium_snat_v4_alloc_retries percpu_array 4/4",
                        "cilium_snat_v6_alloc_retries percpu_array 4/4",
                        "cilium_metrics percpu_hash 8/16",
                        "cilium_runtime_config array 4/8");
    }

    /** With its name, a map is one role: the kernel's 15 characters together with type and sizes never leave two. */
    @Test
    void nameTypeAndSizesNameOneRole() {
        Map<String, MapRole> seen = new HashMap<>();
        for (Layout layout : Layouts.list()) {
            String key =
                    layout.kernelName() + " " + layout.type() + " " + layout.keyBytes() + "/" + layout.valueBytes();
            MapRole before = seen.putIfAbsent(key, layout.role());
            assertThat(before == null || layout.isOf(before)).as(key).isTrue();
        }
    }
}
