package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Text;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The rows of {@code bpftool map dump}, in flat arrays: key, value, key, value, … in the order of the dump, which
 * for a hash is bucket order and means nothing. A dump is not a snapshot: under churn a key can be in it twice
 * (the later row wins) or be skipped.
 */
public final class MapDump {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private final int mapId;
    private final String file;
    private final int keyBytes;
    private final int valueBytes;
    private final int cpus;
    private final List<byte[]> pieces;
    private final int rowsPerPiece;
    private final int count;
    private final int kept;
    private final int vanished;
    private final Optional<Text> damage;

    MapDump(
            int mapId,
            String file,
            int keyBytes,
            int valueBytes,
            int cpus,
            List<byte[]> pieces,
            int rowsPerPiece,
            int count,
            int kept,
            int vanished,
            Optional<Text> damage) {
        this.mapId = mapId;
        this.file = file;
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
        this.cpus = cpus;
        this.pieces = pieces;
        this.rowsPerPiece = rowsPerPiece;
        this.count = count;
        this.kept = kept;
        this.vanished = vanished;
        this.damage = damage;
    }

    public int mapId() {
        return mapId;
    }

    public String file() {
        return file;
    }

    public Artifact artifact() {
        return Artifact.of(ArtifactKind.MAP_DUMP, mapId);
    }

    /** Size of a key in bytes; 0 when the dump has no rows. */
    public int keyBytes() {
        return keyBytes;
    }

    /** Size of a value in bytes, of one CPU's in a per-CPU map; 0 when the dump has no rows. */
    public int valueBytes() {
        return cpus == 0 ? valueBytes : valueBytes / cpus;
    }

    /** How many values a row has: one for each possible CPU; 0 for a map that is not per CPU. */
    public int cpus() {
        return cpus;
    }

    /** Rows that have both key and value. */
    public int count() {
        return count;
    }

    /** Those of them that a {@link RowFilter} kept: only they can be asked for, by their place among them. */
    public int kept() {
        return kept;
    }

    /** Rows whose entry was deleted between the walk and the look-up; a sign of churn. */
    public int vanished() {
        return vanished;
    }

    /** How the dump is damaged; empty if it is not. */
    public Optional<Text> damage() {
        return damage;
    }

    /** The key bytes of row {@code row}, a copy. */
    public byte[] key(int row) {
        return bytes(row, 0, keyBytes);
    }

    /** The value bytes of row {@code row}, in a per-CPU map those of all CPUs one after another; a copy. */
    public byte[] value(int row) {
        return bytes(row, keyBytes, keyBytes + valueBytes);
    }

    private byte[] bytes(int row, int from, int to) {
        int start = row % rowsPerPiece * (keyBytes + valueBytes);
        if (row >= kept) {
            throw new IllegalStateException("row " + row + " of " + file + " was counted, not kept");
        }
        return Arrays.copyOfRange(pieces.get(row / rowsPerPiece), start + from, start + to);
    }

    /** Cites row {@code row} by its key bytes and quotes its value bytes, both as bpftool's text form prints them. */
    public Citation cite(int row) {
        return new Citation(file, "key " + SPACED.formatHex(key(row)), "value " + SPACED.formatHex(value(row)));
    }
}
