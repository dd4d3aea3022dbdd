package io.ghostmap.bundle;

/**
 * The place of a fact in the bundle.
 *
 * @param file path inside the bundle, such as {@code bpf/before/maps.json}
 * @param locator what to look for in it, such as {@code map id 27} or {@code frame 12}
 * @param quote the bytes or words at that place, as short as the claim allows
 */
public record Citation(String file, String locator, String quote) {}
