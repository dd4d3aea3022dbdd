package io.ghostmap.evidence;

import java.util.List;

/** Which rows of a map's dump are kept: a large node has half a million connections, of which few matter. All are counted. */
public interface RowFilter {
    /** Keeps every row. */
    RowFilter ALL = new RowFilter() {
        @Override
        public boolean concerns(int keyBytes) {
            return false;
        }

        @Override
        public boolean keeps(byte[] bytes, int key, int keyBytes) {
            return true;
        }
    };

    /** Whether rows with keys of that many bytes are filtered at all. */
    boolean concerns(int keyBytes);

    /** Whether the row is kept whose key begins at {@code key}; asked only if the filter concerns keys of its size. */
    boolean keeps(byte[] bytes, int key, int keyBytes);

    /** Keeps what any of those keeps that are concerned. */
    static RowFilter any(List<RowFilter> filters) {
        return new RowFilter() {
            @Override
            public boolean concerns(int keyBytes) {
                return filters.stream().anyMatch(filter -> filter.concerns(keyBytes));
            }

            @Override
            public boolean keeps(byte[] bytes, int key, int keyBytes) {
                return filters.stream().anyMatch(filter -> filter.keeps(bytes, key, keyBytes));
            }
        };
    }
}
