package io.ghostmap.support;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds captures byte by byte: Linux cooked v2 by default, as tcpdump -i any writes them. */
public final class PcapFile {
    public static final int ETHERNET = 1;
    public static final int RAW = 101;
    public static final int SLL = 113;
    public static final int SLL2 = 276;

    public static final int SYN = 0x02;
    public static final int SYN_ACK = 0x12;
    public static final int RST_ACK = 0x14;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteOrder order;
    private final boolean nanos;
    private final int linkType;

    public PcapFile(int linkType, ByteOrder order, boolean nanos) {
        this(linkType, order, nanos, 2, 4);
    }

    public PcapFile(int linkType, ByteOrder order, boolean nanos, int major, int minor) {
        this.linkType = linkType;
        this.order = order;
        this.nanos = nanos;
        ByteBuffer header = ByteBuffer.allocate(24).order(order);
        header.putInt(nanos ? 0xa1b23c4d : 0xa1b2c3d4);
        header.putShort((short) major)
                .putShort((short) minor)
                .putInt(0)
                .putInt(0)
                .putInt(160)
                .putInt(linkType);
        out.writeBytes(header.array());
    }

    public static PcapFile cooked() {
        return new PcapFile(SLL2, ByteOrder.LITTLE_ENDIAN, false);
    }

    /** A TCP segment without payload, at {@code micros} microseconds after the epoch of the test. */
    public PcapFile tcp(long micros, String from, int fromPort, String to, int toPort, int flags, long seq, long ack) {
        return frame(
                micros,
                link(from.indexOf(':') >= 0, 2, 0, ip(from, to, 6, segment(fromPort, toPort, flags, seq, ack))));
    }

    /** A datagram without payload. */
    public PcapFile udp(long micros, String from, int fromPort, String to, int toPort) {
        byte[] datagram = Packets.udp(fromPort, toPort, new byte[0]);
        return frame(micros, link(from.indexOf(':') >= 0, 2, 0, ip(from, to, 17, datagram)));
    }

    /** The same, with the interface and the cooked packet type (0 in, 4 out). */
    public PcapFile tcpAt(
            int ifindex,
            int packetType,
            long micros,
            String from,
            int fromPort,
            String to,
            int toPort,
            int flags,
            long seq) {
        return tcpAt(ifindex, packetType, micros, from, fromPort, to, toPort, flags, seq, 0);
    }

    public PcapFile tcpAt(
            int ifindex,
            int packetType,
            long micros,
            String from,
            int fromPort,
            String to,
            int toPort,
            int flags,
            long seq,
            long ack) {
        byte[] segment = segment(fromPort, toPort, flags, seq, ack);
        return frame(micros, link(from.indexOf(':') >= 0, ifindex, packetType, ip(from, to, 6, segment)));
    }

    /** ICMP port unreachable from {@code router} that quotes a SYN. */
    public PcapFile unreachable(
            long micros, String router, String from, int fromPort, String to, int toPort, long seq) {
        byte[] quoted = ip(from, to, 6, Arrays.copyOf(segment(fromPort, toPort, SYN, seq, 0), 8));
        ByteBuffer icmp = ByteBuffer.allocate(8 + quoted.length);
        icmp.put((byte) 3).put((byte) 1).position(8);
        icmp.put(quoted);
        return frame(micros, link(false, 2, 0, ip(router, from, 1, icmp.array())));
    }

    /** Any bytes as one record. */
    public PcapFile frame(long micros, byte[] bytes) {
        return frame(micros, bytes, bytes.length);
    }

    /** Any bytes as one record of a frame that was longer. */
    public PcapFile frame(long micros, byte[] bytes, int lengthOnTheWire) {
        ByteBuffer record = ByteBuffer.allocate(16).order(order);
        record.putInt((int) (1_795_000_000L + micros / 1_000_000));
        record.putInt((int) (micros % 1_000_000) * (nanos ? 1000 : 1));
        record.putInt(bytes.length).putInt(lengthOnTheWire);
        out.writeBytes(record.array());
        out.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    private byte[] link(boolean v6, int ifindex, int packetType, byte[] ip) {
        int type = v6 ? 0x86dd : 0x0800;
        ByteBuffer frame = ByteBuffer.allocate(64 + ip.length);
        switch (linkType) {
            case ETHERNET -> frame.put(new byte[12]).putShort((short) type);
            case SLL ->
                frame.putShort((short) packetType)
                        .putShort((short) 1)
                        .putShort((short) 6)
                        .put(new byte[8])
                        .putShort((short) type);
            case SLL2 ->
                frame.putShort((short) type)
                        .putShort((short) 0)
                        .putInt(ifindex)
                        .putShort((short) 1)
                        .put((byte) packetType)
                        .put((byte) 6)
                        .put(new byte[8]);
            default -> {}
        }
        frame.put(ip);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    private static byte[] ip(String from, String to, int protocol, byte[] payload) {
        byte[] source = Addresses.bytes(from);
        byte[] target = Addresses.bytes(to);
        ByteBuffer packet = ByteBuffer.allocate((source.length == 4 ? 20 : 40) + payload.length);
        if (source.length == 4) {
            packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
            packet.putInt(0x1234_4000).put((byte) 64).put((byte) protocol).putShort((short) 0);
        } else {
            packet.putInt(0x6000_0000)
                    .putShort((short) payload.length)
                    .put((byte) protocol)
                    .put((byte) 64);
        }
        return packet.put(source).put(target).put(payload).array();
    }

    private static byte[] segment(int fromPort, int toPort, int flags, long seq, long ack) {
        ByteBuffer tcp = ByteBuffer.allocate(20);
        tcp.putShort((short) fromPort)
                .putShort((short) toPort)
                .putInt((int) seq)
                .putInt((int) ack);
        tcp.put((byte) 0x50).put((byte) flags).putShort((short) 64240).putInt(0);
        return tcp.array();
    }
}
