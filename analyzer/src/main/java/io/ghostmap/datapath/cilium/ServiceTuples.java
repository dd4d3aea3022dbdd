package io.ghostmap.datapath.cilium;

import io.ghostmap.evidence.RowFilter;

/** Of the tuples of connections those of kind SERVICE: the last byte of the key holds the tuple's flags. */
final class ServiceTuples implements RowFilter {
    /** {@code TUPLE_F_SERVICE} of {@code bpf/lib/common.h}. */
    static final int SERVICE = 0x04;

    private static final int IPV4_TUPLE = 14;
    private static final int IPV6_TUPLE = 38;

    @Override
    public boolean concerns(int keyBytes) {
        return keyBytes == IPV4_TUPLE || keyBytes == IPV6_TUPLE;
    }

    @Override
    public boolean keeps(byte[] bytes, int key, int keyBytes) {
        return (bytes[key + keyBytes - 1] & SERVICE) != 0;
    }
}
