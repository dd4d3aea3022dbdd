package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u8;

import io.ghostmap.net.IpAddress;

/** One IPv4 header with options, or IPv6 header with extension headers, read in place. Reused for every packet. */
final class IpHeader {
    /** What {@link #decode} found. */
    enum Outcome {
        WHOLE,
        /** A fragment after the first: what follows is not a transport header. */
        LATER_FRAGMENT,
        /** The bytes end before the addresses do. */
        SHORT,
        /** They end after the addresses, among the extension headers. */
        SHORT_BEHIND_ADDRESSES,
        NOT_IP
    }

    private static final int V4_FIXED = 20;
    private static final int V6_FIXED = 40;
    private static final int V4_FRAGMENT_OFFSET = 0x1fff;
    private static final int V6_FRAGMENT_OFFSET = 0xfff8;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MAX_EXTENSIONS = 8;

    private int addressBytes;
    private int sourceAt;
    private int destinationAt;
    private int protocol;
    private int payloadAt;
    private int statedEnd;
    private int identification;

    Outcome decode(byte[] bytes, int start, int end) {
        if (start >= end) {
            return Outcome.SHORT;
        }
        int version = (bytes[start] & 0xf0) >> 4;
        return version == 4 ? v4(bytes, start, end) : version == 6 ? v6(bytes, start, end) : Outcome.NOT_IP;
    }

    private Outcome v4(byte[] bytes, int start, int end) {
        if (end - start < V4_FIXED) {
            return Outcome.SHORT;
        }
        int header = (bytes[start] & 0x0f) * 4;
        int total = u16be(bytes, start + 2);
        if (header < V4_FIXED || (total != 0 && total < header)) {
            return Outcome.NOT_IP;
        }
        addressBytes = IpAddress.V4_BYTES;
        sourceAt = start + 12;
        destinationAt = start + 16;
        protocol = u8(bytes, start + 9);
        payloadAt = start + header;
        identification = u16be(bytes, start + 4);
        statedEnd = total == 0 ? end : start + total; // 0: segmentation is left to the device
        return (u16be(bytes, start + 6) & V4_FRAGMENT_OFFSET) == 0 ? Outcome.WHOLE : Outcome.LATER_FRAGMENT;
    }

    private Outcome v6(byte[] bytes, int start, int end) {
        if (end - start < V6_FIXED) {
            return Outcome.SHORT;
        }
        int payload = u16be(bytes, start + 4);
        addressBytes = IpAddress.V6_BYTES;
        sourceAt = start + 8;
        destinationAt = start + 24;
        protocol = u8(bytes, start + 6);
        payloadAt = start + V6_FIXED;
        identification = 0;
        statedEnd = payload == 0 ? end : payloadAt + payload; // 0: a jumbogram, or left to the device
        return isExtension(protocol) ? extensions(bytes, end) : Outcome.WHOLE;
    }

    private Outcome extensions(byte[] bytes, int end) {
        boolean later = false;
        for (int i = 0; i < MAX_EXTENSIONS && isExtension(protocol); i++) {
            if (end - payloadAt < 8) {
                return Outcome.SHORT_BEHIND_ADDRESSES;
            }
            later |= protocol == FRAGMENT && (u16be(bytes, payloadAt + 2) & V6_FRAGMENT_OFFSET) != 0;
            int length = extensionLength(u8(bytes, payloadAt + 1));
            protocol = u8(bytes, payloadAt);
            payloadAt += length;
            if (later) {
                return Outcome.LATER_FRAGMENT;
            }
        }
        return isExtension(protocol) ? Outcome.NOT_IP : Outcome.WHOLE;
    }

    private int extensionLength(int stated) {
        return switch (protocol) {
            case FRAGMENT -> 8;
            case AUTHENTICATION -> (stated + 2) * 4; // counts 4-byte words, less two
            default -> (stated + 1) * 8;
        };
    }

    private static boolean isExtension(int header) {
        return switch (header) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    /** 4 or 16. */
    int addressBytes() {
        return addressBytes;
    }

    int sourceAt() {
        return sourceAt;
    }

    int destinationAt() {
        return destinationAt;
    }

    /** Of what lies at {@link #payloadAt}. */
    int protocol() {
        return protocol;
    }

    int payloadAt() {
        return payloadAt;
    }

    /** Where the packet ends by its own length field; after the captured bytes if the snap length cut it. */
    int statedEnd() {
        return statedEnd;
    }

    /** IPv4's; copies of one packet share it. 0 for IPv6. */
    int identification() {
        return identification;
    }
}
