package io.ghostmap.evidence;

import java.util.List;

/** A text of the bundle, by lines; {@code captured} tells an empty one from an absent one. */
public record TextFile(String file, boolean captured, List<String> lines) {}
