package io.ghostmap.support;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Packets from the inside out: a segment, in IP, in a tunnel, in a frame. */
public final class Packets {
    private Packets() {}

    public static byte[] tcp(int fromPort, int toPort, int flags, int seq, int ack, int payload) {
        ByteBuffer tcp = ByteBuffer.allocate(20 + payload);
        tcp.putShort((short) fromPort).putShort((short) toPort).putInt(seq).putInt(ack);
        tcp.put((byte) 0x50).put((byte) flags).putShort((short) 64240);
        return tcp.array();
    }

    public static byte[] udp(int fromPort, int toPort, byte[] payload) {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
        udp.putShort((short) fromPort).putShort((short) toPort).putShort((short) (8 + payload.length));
        return udp.putShort((short) 0).put(payload).array();
    }

    /** IPv4 or IPv6, by the addresses. */
    public static byte[] ip(String from, String to, int protocol, byte[] payload) {
        byte[] source = Addresses.bytes(from);
        ByteBuffer packet = ByteBuffer.allocate((source.length == 4 ? 20 : 40) + payload.length);
        if (source.length == 4) {
            packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
            packet.putInt(0x1234_0000).put((byte) 64).put((byte) protocol).putShort((short) 0);
        } else {
            packet.putInt(0x6000_0000).putShort((short) payload.length);
            packet.put((byte) protocol).put((byte) 64);
        }
        return packet.put(source).put(Addresses.bytes(to)).put(payload).array();
    }

    /** The same IPv4 packet with that identification; an IPv6 packet has none. */
    public static byte[] withId(byte[] ip, int id) {
        byte[] copy = ip.clone();
        if (copy[0] >> 4 == 4) {
            copy[4] = (byte) (id >> 8);
            copy[5] = (byte) id;
        }
        return copy;
    }

    /** Puts a destination-options header of 8 bytes, all padding, between IPv6 and its payload. */
    public static byte[] withExtension(int protocol, byte[] payload) {
        ByteBuffer all = ByteBuffer.allocate(8 + payload.length);
        return all.put((byte) protocol)
                .put((byte) 0)
                .put((byte) 1)
                .put((byte) 4)
                .putInt(0)
                .put(payload)
                .array();
    }

    /** Turns an IPv4 packet into a fragment: {@code word} is flags and offset. */
    public static byte[] fragment(byte[] ip, int word) {
        byte[] copy = ip.clone();
        copy[6] = (byte) (word >> 8);
        copy[7] = (byte) word;
        return copy;
    }

    /** With one tag a type, from the outside in: 0x8100, 0x88a8. */
    public static byte[] ethernet(byte[] ip, int... tags) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 4 * tags.length + ip.length);
        frame.put(new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2});
        for (int tag : tags) {
            frame.putShort((short) tag).putShort((short) 100);
        }
        return frame.putShort((short) (ip[0] >> 4 == 4 ? 0x0800 : 0x86dd))
                .put(ip)
                .array();
    }

    public static byte[] vxlan(byte[] frame) {
        ByteBuffer all =
                ByteBuffer.allocate(8 + frame.length).putInt(0x0800_0000).putInt(7 << 8);
        return udp(40_000, 4789, all.put(frame).array());
    }

    /** The same datagram to another port. */
    public static byte[] toPort(int port, byte[] datagram) {
        byte[] copy = datagram.clone();
        copy[2] = (byte) (port >> 8);
        copy[3] = (byte) port;
        return copy;
    }

    /** VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe), with Ethernet inside. */
    public static byte[] vxlanGpe(byte[] frame) {
        ByteBuffer all =
                ByteBuffer.allocate(8 + frame.length).putInt(0x0c00_0003).putInt(7 << 8);
        return udp(40_000, 4790, all.put(frame).array());
    }

    /** With four bytes of options, and Ethernet inside. */
    public static byte[] geneve(byte[] frame) {
        return geneve(0x6558, frame);
    }

    /** The same with another protocol inside. */
    public static byte[] geneve(int protocol, byte[] payload) {
        ByteBuffer all = ByteBuffer.allocate(12 + payload.length)
                .putShort((short) 0x0100)
                .putShort((short) protocol)
                .putInt(7 << 8)
                .putInt(0x0102_0000);
        return udp(40_000, 6081, all.put(payload).array());
    }

    /** GRE without options (RFC 2784). */
    public static byte[] gre(int protocol, byte[] payload) {
        ByteBuffer all =
                ByteBuffer.allocate(4 + payload.length).putShort((short) 0).putShort((short) protocol);
        return all.put(payload).array();
    }

    /** An Ethernet frame of any EtherType. */
    public static byte[] ethernetOf(int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).position(12);
        return frame.putShort((short) type).put(payload).array();
    }

    /** A PPPoE session with IPv4 inside (RFC 2516). */
    public static byte[] pppoe(byte[] ip) {
        ByteBuffer all = ByteBuffer.allocate(8 + ip.length)
                .putInt(0x1100_0001)
                .putShort((short) (ip.length + 2))
                .putShort((short) 0x0021);
        return ethernetOf(0x8864, all.put(ip).array());
    }

    /** One label, the bottom of its stack (RFC 3032). */
    public static byte[] mpls(byte[] ip) {
        return ethernetOf(
                0x8847,
                ByteBuffer.allocate(4 + ip.length).putInt(0x0001_01ff).put(ip).array());
    }

    /** As a rule of nft logs it, in the byte order of the machine, with the device that the packet came in by. */
    public static byte[] nflog(ByteOrder order, int device, byte[] ip) {
        ByteBuffer all = ByteBuffer.allocate(4 + 8 + 8 + 4 + ip.length);
        all.put((byte) (ip[0] >> 4 == 4 ? 2 : 10)).put((byte) 0).putShort((short) 5);
        all.order(order)
                .putShort((short) 8)
                .putShort((short) 1)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(0x0800_0100);
        all.order(order)
                .putShort((short) 8)
                .putShort((short) 4)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(device);
        all.order(order).putShort((short) (4 + ip.length)).putShort((short) 9);
        return all.put(ip).array();
    }

    /** Port unreachable that quotes the packet, cut to what RFC 792 demands for an IPv4 header without options. */
    public static byte[] unreachable(byte[] quoted) {
        ByteBuffer icmp = ByteBuffer.allocate(36).put((byte) 3).put((byte) 3);
        return icmp.position(8).put(Arrays.copyOf(quoted, 28)).array();
    }
}
