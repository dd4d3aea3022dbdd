package io.ghostmap.bundle;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The list of checksums, in the form of coreutils, compared with what was read. */
final class Checksums {
    private static final int HEX = 64;

    private final BundleLayout layout;
    private final Limits limits;

    Checksums(BundleLayout layout, Limits limits) {
        this.layout = layout;
        this.limits = limits;
    }

    /**
     * Files whose digest differs, that are listed and absent, or not listed.
     *
     * @param list the member that the listing was
     * @param digests path to hex
     */
    List<Gap> compare(Member list, byte[] listing, SortedMap<String, String> digests) {
        List<Gap> gaps = new ArrayList<>();
        SortedMap<String, String> all = parse(listing);
        if (all.size() > limits.members()) {
            return List.of(new Gap(
                    list.artifact(),
                    Text.of("lists more files than a bundle has, {}: not compared", Term.number(all.size()))));
        }
        long unlisted = digests.keySet().stream()
                .filter(path -> !path.equals(list.path()) && !all.containsKey(path))
                .count();
        if (unlisted > 0) {
            gaps.add(new Gap(list.artifact(), Text.of("does not list {} of the files", Term.number(unlisted))));
        }
        Term name = Term.member(list.path());
        all.forEach((path, stated) -> {
            String read = digests.get(path);
            if (read == null) {
                gaps.add(new Gap(layout.artifactNamed(path), Text.of("listed in {}, absent from the bundle", name)));
            } else if (!read.equals(stated)) {
                gaps.add(new Gap(
                        layout.artifactNamed(path),
                        Text.of("its SHA-256 is not the one in {}: changed after collection", name),
                        Text.of("the file may not be as the collector wrote it")));
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
