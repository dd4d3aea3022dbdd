package io.ghostmap.datapath;

import io.ghostmap.datapath.cilium.Cilium;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.RowFilter;
import java.util.List;
import java.util.function.Function;

/** The load balancers that are known. Another one is added here: nothing else names one. */
public final class LoadBalancers {
    private static final List<Known> ALL = List.of(new Known(Cilium::onNode, Cilium.ROWS));

    /**
     * One of them.
     *
     * @param onNode reads it on the node of that evidence
     * @param rows what it needs of the rows of dumps
     */
    private record Known(Function<Evidence, LoadBalancer> onNode, RowFilter rows) {}

    private LoadBalancers() {}

    /** In the order in which they are asked what a map or a program is. */
    static List<LoadBalancer> onNode(Evidence evidence) {
        return ALL.stream().map(known -> known.onNode().apply(evidence)).toList();
    }

    /** The rows of dumps that any of them needs. */
    public static RowFilter rows() {
        return RowFilter.any(ALL.stream().map(Known::rows).toList());
    }
}
