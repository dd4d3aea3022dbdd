package io.ghostmap.evidence;

import java.util.OptionalLong;

/** Plain facts about the node; a text is empty where it was not captured. */
public record NodeFacts(
        String kernel, String operatingSystem, String bootId, String bpftool, OptionalLong uptimeSeconds) {}
