package io.ghostmap.bundle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code SHA256SUMS} in the form of coreutils, compared with what was read. */
final class Checksums {
    private static final int HEX = 64;

    private Checksums() {}

    /** Files whose digest differs, and files that are listed and absent; {@code digests} is path to hex. */
    static List<Gap> compare(byte[] listing, SortedMap<String, String> digests) {
        List<Gap> gaps = new ArrayList<>();
        parse(listing).forEach((path, stated) -> {
            String read = digests.get(path);
            if (read == null) {
                gaps.add(new Gap(path, "listed in SHA256SUMS, absent from the bundle"));
            } else if (!read.equals(stated)) {
                gaps.add(new Gap(path, "its SHA-256 is not the one in SHA256SUMS: changed after collection"));
            }
        });
        return gaps;
    }

    private static SortedMap<String, String> parse(byte[] listing) {
        SortedMap<String, String> stated = new TreeMap<>();
        new String(listing, StandardCharsets.UTF_8).lines().forEach(line -> {
            // 64 hex digits, a space, a space or asterisk, the path
            if (line.length() > HEX + 2 && line.charAt(HEX) == ' ') {
                String path = line.substring(HEX + 2);
                stated.put(path.startsWith("./") ? path.substring(2) : path, line.substring(0, HEX));
            }
        });
        return stated;
    }
}
