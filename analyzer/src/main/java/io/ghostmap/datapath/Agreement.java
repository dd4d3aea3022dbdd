package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedSet;

/**
 * A services map against Cilium's own list, taken at another moment: a service that was changed in between differs
 * without anything being wrong.
 *
 * @param agreeing frontends of the list that the map leads to the stated backends
 * @param stated frontends of the list
 * @param differences frontends that the map leads elsewhere, or does not have
 * @param unstated frontends of the map that the list does not have; entries that no client asks for are left out
 * @param list the whole list
 */
public record Agreement(
        int agreeing, int stated, List<Difference> differences, List<Frontend> unstated, Citation list) {

    /**
     * One frontend that differs.
     *
     * @param inMap where its slots lead; empty also where the map does not have it
     * @param known whether the map has it at all
     */
    public record Difference(
            Frontend frontend, boolean known, SortedSet<Endpoint> inMap, SortedSet<Endpoint> stated, Citation source) {}

    public boolean isWhole() {
        return differences.isEmpty() && unstated.isEmpty();
    }
}
