package io.ghostmap.datapath;

import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * What a map is, and how that is known: by type and sizes and, if those are not enough, by name, pin, flags, use and
 * entries.
 *
 * @param candidates what it can be; several if the bundle does not distinguish them
 * @param names the full names of what it can be; several names with one role are those of several releases
 * @param fullName the map's full name, which the kernel cuts to 15 characters; empty while ambiguous
 * @param versions the releases that have such a map
 * @param why how it is known, or why it is not, in one clause
 */
public record Identity(List<MapRole> candidates, List<String> names, String fullName, String versions, Text why) {
    public Identity {
        candidates = List.copyOf(candidates);
        names = List.copyOf(names);
    }

    /** Empty while ambiguous: nothing is decoded, and nothing concluded, from a map that could be another. */
    public Optional<MapRole> role() {
        return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
    }
}
