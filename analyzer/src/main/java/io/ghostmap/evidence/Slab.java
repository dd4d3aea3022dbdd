package io.ghostmap.evidence;

import java.util.Arrays;

/** The rows of one dump while it is read: key, value, key, value, … in one array. Every row has the sizes of the first. */
final class Slab {
    /** 524,288 conntrack rows have 37 MB; four times that is room enough for any dump that is read whole. */
    static final int MOST_BYTES = 160 << 20;

    private byte[] rows = new byte[1 << 12];
    private int fill;
    private int keyBytes;
    private int valueBytes;
    private int count;

    /** Whether a row of these sizes is one of this dump, and there is room for it. */
    boolean fits(int key, int value) {
        return (count == 0 || (key == keyBytes && value == valueBytes)) && !isFull(key + value);
    }

    boolean isFull(int further) {
        return fill + further > MOST_BYTES;
    }

    /** Makes room for one row, counts it, and returns where its key begins in {@link #bytes()}. */
    int reserve(int key, int value) {
        if (count == 0) {
            keyBytes = key;
            valueBytes = value;
        }
        int start = fill;
        fill += key + value;
        count++;
        if (fill > rows.length) {
            // Half as much again: doubling would hold three times a large dump for a moment.
            rows = Arrays.copyOf(rows, Math.max(fill, Math.min(MOST_BYTES, rows.length + (rows.length >> 1))));
        }
        return start;
    }

    /** Takes the last row back. */
    void giveBack() {
        count--;
        fill -= keyBytes + valueBytes;
    }

    byte[] bytes() {
        return rows;
    }

    int keyBytes() {
        return keyBytes;
    }

    int valueBytes() {
        return valueBytes;
    }

    int count() {
        return count;
    }

    /** The rows and no more. */
    byte[] trimmed() {
        return rows.length == fill ? rows : Arrays.copyOf(rows, fill);
    }
}
