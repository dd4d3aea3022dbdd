package io.ghostmap.traffic;

/**
 * What the end of all captures means for attempts that are still open.
 *
 * @param nanos when the capturing ended
 * @param lossy whether packets were lost, so that silence proves nothing
 * @param seesCloses whether the captures hold whole connections, not openings alone
 */
record CaptureEnd(long nanos, boolean lossy, boolean seesCloses) {}
