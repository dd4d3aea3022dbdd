package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;

/**
 * One row of a dump, from which a fact was decoded. It is small, because every slot and backend of a large node keeps one;
 * the texts of its citation are made only on demand.
 */
public record MapEntry(MapDump dump, int row) {
    /** The key bytes, a copy. */
    public byte[] key() {
        return dump.key(row);
    }

    /** The value bytes, a copy. */
    public byte[] value() {
        return dump.value(row);
    }

    /** The file, the key bytes and the value bytes, as bpftool's text form prints them. */
    public Citation cite() {
        return dump.cite(row);
    }

    @Override
    public int hashCode() {
        return dump.mapId() * 31 + row;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MapEntry that && dump == that.dump && row == that.row;
    }
}
