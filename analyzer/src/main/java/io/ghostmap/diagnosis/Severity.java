package io.ghostmap.diagnosis;

/** How bad it is, from worst to best. */
public enum Severity {
    /** Connections fail because of it, and the captured traffic shows it. */
    CRITICAL,
    /** It would make connections fail; the traffic does not show it, or shows another cause than the node's maps. */
    WARNING,
    /** Worth knowing for the reading of the report. */
    INFO;

    /** Whether this is as bad as {@code other} or worse. */
    public boolean atLeast(Severity other) {
        return compareTo(other) <= 0;
    }
}
