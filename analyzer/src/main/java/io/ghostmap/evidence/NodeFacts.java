package io.ghostmap.evidence;

import java.util.List;
import java.util.OptionalLong;

/**
 * Plain facts about the node; a text is empty if it was not captured.
 *
 * @param bpffsMounts where a bpffs is mounted, by the node's mount table
 */
public record NodeFacts(
        String kernel,
        String operatingSystem,
        String bootId,
        String bpftool,
        OptionalLong uptimeSeconds,
        List<String> bpffsMounts) {}
