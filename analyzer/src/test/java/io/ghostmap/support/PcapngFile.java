package io.ghostmap.support;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds pcapng files block by block, in either byte order. */
public final class PcapngFile {
    private static final int SECTION = 0x0a0d_0d0a;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    public PcapngFile section(ByteOrder of) {
        return section(of, 1, 0);
    }

    public PcapngFile section(ByteOrder of, int major, int minor) {
        order = of;
        ByteBuffer version =
                ByteBuffer.allocate(4).order(of).putShort((short) major).putShort((short) minor);
        return block(SECTION, ints(0x1a2b_3c4d), version.array(), ints(-1, -1));
    }

    public PcapngFile interfaceBlock(int linkType, byte[]... options) {
        ByteBuffer body = ByteBuffer.allocate(8).order(order);
        body.putShort((short) linkType).putShort((short) 0).putInt(0);
        return block(1, concat(body.array(), options));
    }

    public PcapngFile enhanced(int interfaceId, long units, byte[] packet) {
        return block(6, ints(interfaceId, (int) (units >>> 32), (int) units, packet.length, packet.length), packet);
    }

    public PcapngFile obsolete(int interfaceId, long units, byte[] packet) {
        ByteBuffer head = ByteBuffer.allocate(4).order(order).putShort((short) interfaceId);
        return block(2, head.array(), ints((int) (units >>> 32), (int) units, packet.length, packet.length), packet);
    }

    public PcapngFile simple(byte[] packet) {
        return block(3, ints(packet.length), packet);
    }

    public byte[] option(int code, byte[] value) {
        ByteBuffer option = ByteBuffer.allocate(4 + (value.length + 3) / 4 * 4).order(order);
        return option.putShort((short) code)
                .putShort((short) value.length)
                .put(value)
                .array();
    }

    /** An option of eight bytes. */
    public byte[] option(int code, long value) {
        return option(code, ByteBuffer.allocate(8).order(order).putLong(value).array());
    }

    public byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    public PcapngFile block(int type, byte[]... parts) {
        byte[] content = concat(new byte[0], parts);
        int length = (content.length + 3) / 4 * 4 + 12;
        out.writeBytes(ints(type, length));
        out.writeBytes(content);
        out.writeBytes(new byte[length - 12 - content.length]);
        out.writeBytes(ints(length));
        return this;
    }

    private static byte[] concat(byte[] first, byte[]... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(first);
        for (byte[] part : more) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    public int size() {
        return out.size();
    }

    public byte[] bytes() {
        return out.toByteArray();
    }
}
