package io.ghostmap.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The different passages, each with an ordinal. A node has a few; what a hostile capture invents beyond is one. */
final class PassageIndex {
    private static final int MOST = 4_096;

    private final TreeMap<Passage, Integer> ordinals = new TreeMap<>();
    private final List<Passage> passages = new ArrayList<>(List.of(Passage.FURTHER));
    private int latest;

    int ordinal(int interfaceIndex, String interfaceName, Direction direction, Tunnel tunnel) {
        if (!passages.get(latest).is(interfaceIndex, interfaceName, direction, tunnel)) {
            latest = find(new Passage(interfaceIndex, interfaceName, direction, tunnel));
        }
        return latest;
    }

    private int find(Passage passage) {
        Integer known = ordinals.get(passage);
        if (known != null) {
            return known;
        }
        if (passages.size() == MOST) {
            return 0;
        }
        ordinals.put(passage, passages.size());
        passages.add(passage);
        return passages.size() - 1;
    }

    Passage get(int ordinal) {
        return passages.get(ordinal);
    }
}
