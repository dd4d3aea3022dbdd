package io.ghostmap.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of one dump while it is read: key, value, key, value, … Every row has the sizes of the first. They are in pieces of a
 * megabyte, so that a large dump is never copied to grow.
 */
final class Slab {
    /** 524,288 conntrack rows take 37 MB; four times that is enough for any dump that is kept whole. */
    static final int MAX_BYTES = 160 << 20;

    private static final int PIECE = 1 << 20;

    /** Most dumps are small. */
    private static final int FIRST_PIECE = 1 << 12;

    private final RowFilter filter;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] piece = new byte[0];
    private int fill;
    private int keyBytes;
    private int valueBytes;
    private int rowsPerPiece = 1;
    private int count;
    private int kept;
    private boolean filtered;

    Slab(RowFilter filter) {
        this.filter = filter;
    }

    /** Whether a row of these sizes can belong to this dump, and fits into it. */
    boolean fits(int key, int value) {
        return (count == 0 || (key == keyBytes && value == valueBytes)) && !isFull(key + value);
    }

    boolean isFull(int further) {
        return (long) kept * (keyBytes + valueBytes) + further > MAX_BYTES;
    }

    /** Adds one row, and returns where its key begins in {@link #piece()}. */
    int reserve(int key, int value) {
        int row = key + value;
        if (count == 0) {
            keyBytes = key;
            valueBytes = value;
            filtered = filter.concerns(key);
            rowsPerPiece = Math.max(1, PIECE / row);
        }
        dropLastIfUnwanted();
        if (fill + row > piece.length) {
            makeRoom(row);
        }
        int start = fill;
        fill += row;
        count++;
        kept++;
        return start;
    }

    /** A row is whole only when the next one begins, or at the end. */
    private void dropLastIfUnwanted() {
        int row = keyBytes + valueBytes;
        if (filtered && kept > 1 && fill >= row && !filter.keeps(piece, fill - row, keyBytes)) {
            fill -= row;
            kept--;
        }
    }

    /** The first piece grows with its content; all others have the full size from the start. */
    private void makeRoom(int row) {
        int most = rowsPerPiece * row;
        if (fill == most) {
            full.add(piece);
            piece = new byte[most];
            fill = 0;
        } else {
            piece = Arrays.copyOf(piece, Math.min(most, Math.max(row, Math.max(FIRST_PIECE, 4 * fill))));
        }
    }

    /** Removes the last row. */
    void giveBack() {
        count--;
        kept--;
        fill -= keyBytes + valueBytes;
    }

    /** The piece with the last row. */
    byte[] piece() {
        return piece;
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

    /** Rows that are kept; final once {@link #pieces} was asked for. */
    int kept() {
        return kept;
    }

    /** How many rows are in each of the {@link #pieces()} but the last. */
    int rowsPerPiece() {
        return rowsPerPiece;
    }

    /** Exactly the rows that are kept. */
    List<byte[]> pieces() {
        dropLastIfUnwanted();
        List<byte[]> pieces = new ArrayList<>(full);
        pieces.add(piece.length == fill ? piece : Arrays.copyOf(piece, fill));
        return List.copyOf(pieces);
    }
}
