package io.ghostmap.datapath.cilium;

import java.nio.ByteOrder;

/** Integers at an offset. Network order has its own names; everything else takes the node's order. */
final class Bytes {
    private Bytes() {}

    static int u8(byte[] bytes, int offset) {
        return bytes[offset] & 0xff;
    }

    static int u16be(byte[] bytes, int offset) {
        return u8(bytes, offset) << 8 | u8(bytes, offset + 1);
    }

    static int u16(byte[] bytes, int offset, ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN ? u16be(bytes, offset) : u8(bytes, offset + 1) << 8 | u8(bytes, offset);
    }

    static long u32(byte[] bytes, int offset, ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN
                ? (long) u16be(bytes, offset) << 16 | u16be(bytes, offset + 2)
                : (long) u16(bytes, offset + 2, order) << 16 | u16(bytes, offset, order);
    }

    static long u64(byte[] bytes, int offset, ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN
                ? u32(bytes, offset, order) << 32 | u32(bytes, offset + 4, order)
                : u32(bytes, offset + 4, order) << 32 | u32(bytes, offset, order);
    }
}
