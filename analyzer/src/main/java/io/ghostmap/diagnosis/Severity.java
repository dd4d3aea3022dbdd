package io.ghostmap.diagnosis;

/** How bad it is, from worst to best. */
public enum Severity {
    /** Connections fail or reach a wrong backend because of it, and the captured traffic shows it. */
    CRITICAL,
    /** It would do so, but the traffic does not show it; or connections fail for another reason than the node's maps. */
    WARNING,
    /** Worth knowing to a reader of the report. */
    INFO;

    /** Whether this is as bad as {@code other} or worse. */
    public boolean atLeast(Severity other) {
        return compareTo(other) <= 0;
    }
}
