package io.ghostmap.bundle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code SHA256SUMS} in the form of coreutils, compared with what was read. */
final class Checksums {
    static final String FILE = "SHA256SUMS";

    private static final int HEX = 64;

    private Checksums() {}

    /** Files whose digest differs, that are listed and absent, or not listed; {@code digests} is path to hex. */
    static List<Gap> compare(byte[] listing, SortedMap<String, String> digests) {
        List<Gap> gaps = new ArrayList<>();
        SortedMap<String, String> all = parse(listing);
        long unlisted = digests.keySet().stream()
                .filter(path -> !path.equals(FILE) && !all.containsKey(path))
                .count();
        if (unlisted > 0) {
            gaps.add(new Gap(FILE, "does not list " + unlisted + " of the files"));
        }
        all.forEach((path, stated) -> {
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
