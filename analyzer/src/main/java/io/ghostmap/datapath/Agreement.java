package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedSet;

/**
 * A services map compared with Cilium's own list. The two were read at different moments: a service that changed in
 * between differs although nothing is wrong.
 *
 * @param agreeing frontends of the list that the map sends to the listed backends
 * @param stated frontends of the list
 * @param differences frontends that the map sends to other backends, or does not have
 * @param unstated frontends of the map that the list does not have; entries that no client asks for are left out
 * @param list the whole list
 */
public record Agreement(
        int agreeing, int stated, List<Difference> differences, List<Frontend> unstated, Citation list) {

    /**
     * One frontend that differs.
     *
     * @param inMap the backends of its slots; also empty if the map does not have the frontend
     * @param known whether the map has it at all
     */
    public record Difference(
            Frontend frontend, boolean known, SortedSet<Endpoint> inMap, SortedSet<Endpoint> stated, Citation source) {}

    public boolean isWhole() {
        return differences.isEmpty() && unstated.isEmpty();
    }
}
