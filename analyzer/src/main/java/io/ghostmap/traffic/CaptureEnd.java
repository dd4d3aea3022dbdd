package io.ghostmap.traffic;

import java.util.List;

/** What the end of all captures means for attempts that are still open. */
final class CaptureEnd {
    private final long[] endOfFile;
    private final boolean lossy;
    private final boolean seesCloses;

    /**
     * Ends all attempts.
     *
     * @param files in the order of reading, by which attempts know them
     * @param seesCloses whether the captures hold whole connections, not openings alone
     */
    CaptureEnd(Coverage coverage, List<String> files, boolean seesCloses) {
        this.endOfFile = files.stream().mapToLong(coverage::endOf).toArray();
        this.lossy = coverage.lossy();
        this.seesCloses = seesCloses;
    }

    /** When the capturing ended whose file that is. */
    long nanos(int file) {
        return endOfFile[file];
    }

    /** Whether packets were lost, so that silence proves nothing. */
    boolean lossy() {
        return lossy;
    }

    boolean seesCloses() {
        return seesCloses;
    }
}
