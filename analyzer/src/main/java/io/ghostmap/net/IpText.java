package io.ghostmap.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Text forms of addresses: dotted quad for IPv4, RFC 4291 in and RFC 5952 out for IPv6. */
final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    static Optional<byte[]> parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != IpAddress.V4_BYTES) {
            return Optional.empty();
        }
        byte[] bytes = new byte[IpAddress.V4_BYTES];
        for (int i = 0; i < parts.length; i++) {
            int value = number(parts[i], 10, 3, 255);
            if (value < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) value;
        }
        return Optional.of(bytes);
    }

    static Optional<byte[]> parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text).filter(all -> all.size() == GROUPS).map(all -> join(all, List.of()));
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            return Optional.empty();
        }
        Optional<List<Integer>> head = groups(text.substring(0, gap));
        Optional<List<Integer>> tail = groups(text.substring(gap + 2));
        if (head.isEmpty() || tail.isEmpty() || head.get().size() + tail.get().size() >= GROUPS) {
            return Optional.empty();
        }
        return Optional.of(join(head.get(), tail.get()));
    }

    static String formatV4(byte[] bytes) {
        return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
    }

    static String formatV6(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1; // RFC 5952: a single zero group is not shortened
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gapStart = i;
                gapLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == gapStart) {
                out.append("::");
                i += gapLength - 1;
                continue;
            }
            boolean followsGap = gapStart >= 0 && i == gapStart + gapLength;
            if (i > 0 && !followsGap) {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }

    private static byte[] join(List<Integer> head, List<Integer> tail) {
        byte[] bytes = new byte[IpAddress.V6_BYTES];
        for (int i = 0; i < head.size(); i++) {
            put(bytes, i, head.get(i));
        }
        for (int i = 0; i < tail.size(); i++) {
            put(bytes, GROUPS - tail.size() + i, tail.get(i));
        }
        return bytes;
    }

    private static void put(byte[] bytes, int group, int value) {
        bytes[2 * group] = (byte) (value >> 8);
        bytes[2 * group + 1] = (byte) value;
    }

    /** The 16-bit groups of one side of {@code ::}; an IPv4 tail counts as two. */
    private static Optional<List<Integer>> groups(String text) {
        List<Integer> groups = new ArrayList<>();
        if (text.isEmpty()) {
            return Optional.of(groups);
        }
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                Optional<byte[]> v4 = parseV4(parts[i]);
                if (v4.isEmpty()) {
                    return Optional.empty();
                }
                groups.add((v4.get()[0] & 0xff) << 8 | (v4.get()[1] & 0xff));
                groups.add((v4.get()[2] & 0xff) << 8 | (v4.get()[3] & 0xff));
                continue;
            }
            int value = number(parts[i], 16, 4, 0xffff);
            if (value < 0) {
                return Optional.empty();
            }
            groups.add(value);
        }
        return groups.size() <= GROUPS ? Optional.of(groups) : Optional.empty();
    }

    /** The value of one to {@code maxDigits} ASCII digits of that radix, at most {@code max}; -1 for anything else. */
    private static int number(String text, int radix, int maxDigits, int max) {
        if (text.isEmpty() || text.length() > maxDigits) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value <= max ? value : -1;
    }
}
