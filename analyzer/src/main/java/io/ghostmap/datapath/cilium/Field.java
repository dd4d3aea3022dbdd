package io.ghostmap.datapath.cilium;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * One field of a map's key or value: a row of the tables in {@link Layouts}.
 *
 * @param offset bytes from the start of the key or value
 * @param size bytes
 * @param kind what it holds, and in which byte order
 */
record Field(int offset, int size, Kind kind, String name) {
    /** The byte order is part of the kind, so that a reader of a field cannot choose a wrong one. */
    enum Kind {
        /** 4 or 16 bytes in network order. */
        ADDRESS,
        /** 16 bytes in network order of which an IPv4 address takes the first 4; another field says which family it is. */
        ADDRESS_OF_EITHER,
        /** 16 bits in network order. */
        PORT,
        /** 16 bits in network order in every map, unlike the numbers beside it. */
        REV_NAT_ID,
        /** 1 to 8 bytes, unsigned, in the node's order. */
        NUMBER,
        /** As {@link #NUMBER}, a set of bits. */
        BITS,
        /** A list of 2- or 4-byte numbers up to the end of the value. */
        NUMBERS,
        /** Shown as bytes, such as a hardware address. */
        BYTES,
        /** Zero, or stale bytes. */
        PADDING
    }

    static Field address(int offset, int size, String name) {
        return new Field(offset, size, Kind.ADDRESS, name);
    }

    static Field addressOfEither(int offset, String name) {
        return new Field(offset, IpAddress.V6_BYTES, Kind.ADDRESS_OF_EITHER, name);
    }

    static Field port(int offset, String name) {
        return new Field(offset, Short.BYTES, Kind.PORT, name);
    }

    static Field revNatId(int offset) {
        return new Field(offset, Short.BYTES, Kind.REV_NAT_ID, "rev_nat_id");
    }

    static Field number(int offset, int size, String name) {
        return new Field(offset, size, Kind.NUMBER, name);
    }

    static Field bits(int offset, int size, String name) {
        return new Field(offset, size, Kind.BITS, name);
    }

    static Field numbers(int offset, int size, String name) {
        return new Field(offset, size, Kind.NUMBERS, name);
    }

    static Field bytes(int offset, int size, String name) {
        return new Field(offset, size, Kind.BYTES, name);
    }

    static Field padding(int offset, int size) {
        return new Field(offset, size, Kind.PADDING, "");
    }

    /** Up to the next multiple of 8 bytes. */
    static Field alignment(int offset) {
        return padding(offset, -offset & 7);
    }

    int end() {
        return offset + size;
    }

    /** The number in the order that its kind has. */
    long number(byte[] bytes, ByteOrder order) {
        if (kind == Kind.PORT || kind == Kind.REV_NAT_ID) {
            return Bytes.u16be(bytes, offset);
        }
        return switch (size) {
            case 1 -> Bytes.u8(bytes, offset);
            case 2 -> Bytes.u16(bytes, offset, order);
            case 4 -> Bytes.u32(bytes, offset, order);
            default -> Bytes.u64(bytes, offset, order);
        };
    }

    /** As {@link #number}, of a field of at most 2 bytes. */
    int small(byte[] bytes, ByteOrder order) {
        return (int) number(bytes, order);
    }

    IpAddress address(byte[] bytes) {
        return IpAddress.of(bytes, offset, size);
    }

    /** The first 4 bytes, or all 16. */
    IpAddress address(byte[] bytes, boolean v4) {
        return IpAddress.of(bytes, offset, v4 ? IpAddress.V4_BYTES : IpAddress.V6_BYTES);
    }

    Endpoint endpointWith(Field port, byte[] bytes) {
        return new Endpoint(address(bytes), port.small(bytes, ByteOrder.BIG_ENDIAN));
    }

    String text(byte[] bytes, ByteOrder order) {
        return switch (kind) {
            case ADDRESS -> address(bytes).toString();
            case ADDRESS_OF_EITHER ->
                address(bytes, isZero(bytes, offset + IpAddress.V4_BYTES, end()))
                        .toString();
            case PORT, REV_NAT_ID, NUMBER -> Long.toUnsignedString(number(bytes, order));
            case BITS -> "0x" + Long.toHexString(number(bytes, order));
            case NUMBERS -> numbers(bytes, order);
            case BYTES, PADDING -> HexFormat.ofDelimiter(" ").formatHex(bytes, offset, end());
        };
    }

    private String numbers(byte[] bytes, ByteOrder order) {
        int most = 16;
        int count = (bytes.length - offset) / size;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(count, most); i++) {
            Field one = number(offset + i * size, size, name);
            out.append(i == 0 ? "" : " ").append(one.number(bytes, order));
        }
        return out + (count > most ? " … (" + count + ")" : "");
    }

    static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
