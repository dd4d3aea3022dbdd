package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.traffic.Destination;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** A destination on the wire, and what it is in every generation. */
public record CorrelatedDestination(
        Destination destination, Classification classification, List<Appearance> appearances) {

    /** The services that it belongs to in any generation. */
    public SortedSet<Frontend> frontends() {
        SortedSet<Frontend> frontends = new TreeSet<>();
        appearances.forEach(appearance -> frontends.addAll(appearance.frontends()));
        return frontends;
    }
}
