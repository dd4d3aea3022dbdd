package io.ghostmap.datapath;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Finds the attachments of a program without a search through all of them. */
final class AttachmentIndex {
    private final List<Attachment> all;
    private final Map<Integer, List<Integer>> placesByProgram = new HashMap<>();

    AttachmentIndex(List<Attachment> all) {
        this.all = all;
        for (int place = 0; place < all.size(); place++) {
            placesByProgram
                    .computeIfAbsent(all.get(place).programId(), program -> new ArrayList<>())
                    .add(place);
        }
    }

    /** In the order of the whole list. */
    List<Attachment> of(Collection<Integer> programs) {
        TreeSet<Integer> places = new TreeSet<>();
        programs.forEach(program -> places.addAll(placesByProgram.getOrDefault(program, List.of())));
        return places.stream().map(all::get).toList();
    }
}
