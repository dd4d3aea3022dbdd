package io.ghostmap.traffic;

import io.ghostmap.net.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the end of all captures means for attempts that are still open. */
final class CaptureEnd {
    /**
     * What a reading found in one file.
     *
     * @param length the position after its last frame, see {@link Frame#position()}
     * @param holdsWholeConnections whether its filter let more through than openings and ends
     * @param isTimed whether each of its frames has a time
     */
    record Scanned(String file, long length, boolean holdsWholeConnections, boolean isTimed) {}

    private final List<Scanned> files;
    private final long[] endOfFile;
    private final long[] startOfFile;
    private final Coverage coverage;

    /**
     * Ends all attempts.
     *
     * @param files in the order of reading, by which attempts know them
     * @param captures the same in the order of time
     */
    CaptureEnd(Coverage coverage, List<Scanned> files, List<Capture> captures) {
        this.files = List.copyOf(files);
        this.endOfFile = files.stream()
                .mapToLong(scanned -> coverage.endOf(scanned.file()))
                .toArray();
        this.startOfFile = starts(files, captures);
        this.coverage = coverage;
    }

    /** Rotated files follow one another. */
    private static long[] starts(List<Scanned> files, List<Capture> captures) {
        Map<String, Long> lengths = new HashMap<>();
        files.forEach(scanned -> lengths.put(scanned.file(), scanned.length()));
        Map<String, Long> endOfSet = new HashMap<>();
        Map<String, Long> starts = new HashMap<>();
        for (Capture capture : captures) {
            long length = lengths.getOrDefault(capture.file(), 0L);
            long end = endOfSet.merge(Rotation.of(capture.file()).set(), length, Long::sum);
            starts.put(capture.file(), end - length);
        }
        return files.stream()
                .mapToLong(scanned -> starts.getOrDefault(scanned.file(), 0L))
                .toArray();
    }

    /** When the capturing ended whose file that is. */
    long nanos(int file) {
        return endOfFile[file];
    }

    /** Whether silence toward that client proves nothing. */
    boolean hidesRepliesTo(IpAddress client) {
        return coverage.hidesRepliesTo(client);
    }

    /** Whether the closes of connections were captured at all. */
    boolean seesCloses() {
        return files.stream().anyMatch(Scanned::holdsWholeConnections);
    }

    /** Whether the two files are of one capture that holds all that its connections sent, as far as is known. */
    boolean holdsAll(int file, int other) {
        return !coverage.lossy()
                && holdsWholeConnections(file)
                && holdsWholeConnections(other)
                && (file == other || setOf(file).equals(setOf(other)));
    }

    private boolean holdsWholeConnections(int file) {
        return files.get(file).holdsWholeConnections();
    }

    private String setOf(int file) {
        return Rotation.of(files.get(file).file()).set();
    }

    /** Where something lies in its capture, of which the file may be one of several. */
    long position(int file, long inFile) {
        return startOfFile[file] + inFile;
    }

    /** Whether the times of all of that file's frames are known. */
    boolean isTimed(int file) {
        return files.get(file).isTimed();
    }
}
