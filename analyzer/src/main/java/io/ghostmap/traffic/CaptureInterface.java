package io.ghostmap.traffic;

import java.util.OptionalLong;

/**
 * One interface of a capture file; a classic pcap has one without a name.
 *
 * @param name as the file states it, empty where it does not
 * @param linkType libpcap's number
 * @param snapLength bytes kept of a frame, 0 for no limit
 * @param filter the capture filter, empty where the file states none
 * @param dropped packets lost at this interface by its own statistics; empty where the file holds none
 */
public record CaptureInterface(String name, int linkType, int snapLength, String filter, OptionalLong dropped) {
    static final CaptureInterface NONE = new CaptureInterface("", 0, 0, "", OptionalLong.empty());

    static CaptureInterface unnamed(int linkType, int snapLength) {
        return new CaptureInterface("", linkType, snapLength, "", OptionalLong.empty());
    }

    /** The sum of two counts, or as much as a count can be. */
    static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    CaptureInterface withDropped(long packets) {
        return new CaptureInterface(name, linkType, snapLength, filter, OptionalLong.of(packets));
    }
}
