package io.ghostmap.bundle;

/**
 * Something that the bundle should hold and does not, or not whole.
 *
 * @param artifact path inside the bundle, or a folder of it that ends in {@code /}
 * @param reason one clause: absent, cut, unreadable, and why as far as known
 */
public record Gap(String artifact, String reason) {}
