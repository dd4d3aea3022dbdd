package io.ghostmap.bundle;

/** How an artifact is written down, so that its reader knows what to expect. */
public enum Form {
    /** Lines of text. */
    TEXT,
    /** Rows of cells that tabs separate. */
    TABLE,
    JSON,
    /** What bpftool prints with {@code -j}, which is not always JSON. */
    BPFTOOL_JSON,
    /** A capture file. */
    PACKETS
}
