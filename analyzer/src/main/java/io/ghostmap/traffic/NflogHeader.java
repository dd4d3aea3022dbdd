package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u16le;
import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u8;

/**
 * What a rule of iptables or nft logged to NFLOG (LINKTYPE_NFLOG, tcpdump.org/linktypes): family 1, version 1, resource 2,
 * then attributes of length 2, type 2 and a value that is padded to 4. Lengths and types have the byte order of the
 * machine that captured, which nothing in the frame states. Reused for every frame.
 */
final class NflogHeader {
    private static final int HEADER = 4;
    private static final int ATTRIBUTE_HEADER = 4;
    private static final int VERSION = 0;

    /** Of linux/netfilter/nfnetlink_log.h, enum nfulnl_attr_type. */
    private static final int NFULA_IFINDEX_INDEV = 4;

    private static final int NFULA_IFINDEX_OUTDEV = 5;
    private static final int NFULA_PAYLOAD = 9;

    /** More types than the kernel has: another number means the other byte order. */
    private static final int MAX_TYPE = 0xff;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private int payloadStart;
    private int payloadEnd;
    private int inDevice;
    private int outDevice;

    LinkLayer.Content decode(byte[] bytes, int start, int end) {
        inDevice = 0;
        outDevice = 0;
        if (end - start < HEADER) {
            return LinkLayer.Content.SHORT;
        }
        int family = u8(bytes, start);
        if ((family != AF_INET && family != AF_INET6) || u8(bytes, start + 1) != VERSION) {
            return LinkLayer.Content.OTHER;
        }
        int first = start + HEADER;
        boolean little = end - first >= ATTRIBUTE_HEADER && u16le(bytes, first + 2) <= MAX_TYPE;
        return attributes(bytes, first, end, little);
    }

    private LinkLayer.Content attributes(byte[] bytes, int first, int end, boolean little) {
        int at = first;
        while (end - at >= ATTRIBUTE_HEADER) {
            int length = little ? u16le(bytes, at) : u16be(bytes, at);
            int type = little ? u16le(bytes, at + 2) : u16be(bytes, at + 2);
            if (length < ATTRIBUTE_HEADER) {
                return LinkLayer.Content.OTHER;
            }
            int value = at + ATTRIBUTE_HEADER;
            if (type == NFULA_PAYLOAD) {
                payloadStart = value;
                payloadEnd = Math.min(end, at + length);
                return LinkLayer.Content.IP;
            }
            if (length >= ATTRIBUTE_HEADER + 4 && end - value >= 4) {
                inDevice = type == NFULA_IFINDEX_INDEV ? u32be(bytes, value) : inDevice;
                outDevice = type == NFULA_IFINDEX_OUTDEV ? u32be(bytes, value) : outDevice;
            }
            at += length + 3 & ~3;
        }
        return LinkLayer.Content.SHORT;
    }

    int payloadStart() {
        return payloadStart;
    }

    int payloadEnd() {
        return payloadEnd;
    }

    /** The device that the packet came in by, or else the one that it goes out by; 0 for neither. */
    int interfaceIndex() {
        return inDevice != 0 ? inDevice : outDevice;
    }

    Direction direction() {
        if (inDevice != 0) {
            return Direction.IN;
        }
        return outDevice != 0 ? Direction.OUT : Direction.UNKNOWN;
    }
}
