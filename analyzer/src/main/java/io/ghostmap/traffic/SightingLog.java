package io.ghostmap.traffic;

import java.util.Arrays;

/**
 * The frames in which SYNs were seen: one table in columns for all attempts, since an object and a list for each of
 * them would be most of the memory. The sightings of one attempt are chained in the order of reading.
 */
final class SightingLog {
    static final int NONE = -1;

    private static final int FIRST_ROOM = 1 << 10;

    private long[] frames = new long[FIRST_ROOM];
    private int[] files = new int[FIRST_ROOM];
    private int[] points = new int[FIRST_ROOM];
    private int[] next = new int[FIRST_ROOM];
    private int size;

    /** Adds one after {@code last}, or as the first of a chain after {@link #NONE}; returns its place. */
    int add(int last, int file, long frame, int point) {
        if (size == frames.length) {
            grow();
        }
        frames[size] = frame;
        files[size] = file;
        points[size] = point;
        next[size] = NONE;
        if (last != NONE) {
            next[last] = size;
        }
        return size++;
    }

    private void grow() {
        int room = frames.length * 2;
        frames = Arrays.copyOf(frames, room);
        files = Arrays.copyOf(files, room);
        points = Arrays.copyOf(points, room);
        next = Arrays.copyOf(next, room);
    }

    long frame(int sighting) {
        return frames[sighting];
    }

    /** The file's ordinal in {@link AttemptTable#file}. */
    int file(int sighting) {
        return files[sighting];
    }

    /** The ordinal in {@link CapturePointIndex}. */
    int point(int sighting) {
        return points[sighting];
    }

    /** The next of the same attempt, or {@link #NONE}. */
    int next(int sighting) {
        return next[sighting];
    }
}
