package io.ghostmap.datapath;

/** One field of a map entry as text; {@code inKey} says whether it is a field of the key or of the value. */
public record NamedValue(boolean inKey, String name, String text) {}
