package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import java.util.List;

/**
 * A frontend with its slots.
 *
 * @param count slots that can be chosen: 1 to {@code count}; slots beyond it are legitimate and never chosen
 * @param revNatId the id that ties replies to this frontend
 * @param slots in the order of their index, those beyond {@code count} included
 * @param source the frontend's own entry (slot 0)
 */
public record Service(
        Frontend frontend, int count, int revNatId, ServiceFlags flags, List<Slot> slots, Citation source) {

    /** The slots that a program can choose. */
    public List<Slot> selectable() {
        return slots.stream().filter(slot -> slot.index() <= count).toList();
    }
}
