package io.ghostmap.traffic;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.Gap;
import io.ghostmap.net.IpAddress;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which time the captures cover, which distinguishes a missing reply from a gap. Rotated files cover it together;
 * files of different names were written side by side, and each shows only what it saw.
 */
final class Coverage {
    private static final int MAX_NAMED = 8;

    private final Map<String, Integer> rankOfFile = new HashMap<>();
    private final Map<String, Long> endOfFile = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final Function<String, Artifact> artifactOf;
    private final BlindSpots blind;
    private boolean lossy;

    /**
     * Looks at all files.
     *
     * @param captures in the order of time
     * @param unreadable files named like captures that are none
     * @param blind whose replies may be in frames that were not read
     * @param artifactOf what the file of a capture is in its bundle
     */
    Coverage(
            List<Capture> captures,
            Collection<String> unreadable,
            BlindSpots blind,
            Function<String, Artifact> artifactOf) {
        this.artifactOf = artifactOf;
        this.blind = blind;
        this.lossy = blind.areEverywhere();
        SortedMap<String, List<Capture>> sets = new TreeMap<>();
        for (Capture capture : captures) {
            rankOfFile.put(capture.file(), rankOfFile.size());
            sets.computeIfAbsent(Rotation.of(capture.file()).set(), set -> new ArrayList<>(1))
                    .add(capture);
        }
        sets.forEach((set, files) -> lookAt(
                files,
                unreadable.stream()
                        .filter(path -> Rotation.of(path).set().equals(set))
                        .toList()));
    }

    /** Files of one set, in the order of time. */
    private void lookAt(List<Capture> files, List<String> unreadable) {
        long end = files.stream().mapToLong(Capture::lastNanos).max().orElse(0);
        files.forEach(file -> endOfFile.put(file.file(), end));
        lossy |= files.stream().anyMatch(file -> file.lost() || file.unread().untimed() > 0);
        lossy |= files.stream()
                .limit(files.size() - 1L)
                .anyMatch(file -> file.damage().isPresent());
        Rotation last = files.stream()
                .map(file -> Rotation.of(file.file()))
                .max(Rotation.ORDER)
                .orElseThrow();
        lossy |= unreadable.stream().anyMatch(path -> Rotation.ORDER.compare(Rotation.of(path), last) < 0);
        missing(files, unreadable);
    }

    private void missing(List<Capture> files, List<String> unreadable) {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (Capture file : files) {
            Rotation rotation = Rotation.of(file.file());
            if (!rotation.counted()) {
                return;
            }
            numbers.add(rotation.number());
        }
        unreadable.forEach(path -> numbers.add(Rotation.of(path).number()));
        int named = 0;
        for (int number : numbers) {
            Integer before = numbers.lower(number);
            if (before != null && before + 1 < number && named++ < MAX_NAMED) {
                lossy = true;
                gaps.add(new Gap(
                        artifactOf.apply(files.get(0).file()),
                        Text.of(
                                "its rotated files between numbers {} and {} are absent",
                                Term.number(before),
                                Term.number(number))));
            }
        }
    }

    /** Until when the set of that file watched; 0 for a file that is no capture. */
    long endOf(String file) {
        return endOfFile.getOrDefault(file, 0L);
    }

    /** Whether packets are known to be missing before the end, or were not read, so that silence proves nothing. */
    boolean lossy() {
        return lossy;
    }

    /** Whether silence toward that client proves nothing. */
    boolean hidesRepliesTo(IpAddress client) {
        return lossy || blind.hide(client);
    }

    /** Files that rotation wrote and that are not there. */
    List<Gap> gaps() {
        return gaps;
    }

    /** The order of frames in time: by their file, then by their number. */
    Comparator<FrameRef> order() {
        return (one, other) -> {
            int byFile =
                    Integer.compare(rankOfFile.getOrDefault(one.file(), 0), rankOfFile.getOrDefault(other.file(), 0));
            return byFile != 0 ? byFile : Long.compare(one.number(), other.number());
        };
    }
}
