package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.List;

/**
 * A map as {@code bpftool map show} lists it.
 *
 * @param type bpftool's word, or the number if that bpftool did not know it
 * @param name at most 15 characters; empty for the nameless maps of Cilium up to 1.11
 * @param keyBytes size of a key
 * @param valueBytes size of a value
 * @param pins paths in the bpffs mounts that the collector saw; none does not mean unpinned: other mounts can have one
 */
public record BpfMap(
        int id,
        String type,
        String name,
        long flags,
        int keyBytes,
        int valueBytes,
        long maxEntries,
        List<String> pins,
        Citation source) {}
