package io.ghostmap.datapath;

/** One field of a map entry, in words; {@code inKey} tells the halves apart. */
public record NamedValue(boolean inKey, String name, String text) {}
