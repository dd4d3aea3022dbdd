package io.ghostmap.traffic;

/** How a frame passed the interface, seen from the captured network namespace. */
public enum Direction {
    IN,
    OUT,
    UNKNOWN
}
