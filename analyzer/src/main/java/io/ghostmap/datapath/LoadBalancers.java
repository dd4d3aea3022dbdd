package io.ghostmap.datapath;

import io.ghostmap.datapath.cilium.Cilium;
import io.ghostmap.evidence.Evidence;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;

/** The load balancers that are known. Another one is added here: nothing else names one. */
public final class LoadBalancers {
    private static final List<Known> ALL = List.of(new Known(Cilium::onNode, Cilium::isConnectionKey));

    /**
     * One of them.
     *
     * @param onNode reads it on the node of that evidence
     * @param connectionKeys whether keys of that many bytes are connections, of whose maps no single row is looked up
     */
    private record Known(Function<Evidence, LoadBalancer> onNode, IntPredicate connectionKeys) {}

    private LoadBalancers() {}

    /** In the order in which they are asked what a map or a program is. */
    static List<LoadBalancer> onNode(Evidence evidence) {
        return ALL.stream().map(known -> known.onNode().apply(evidence)).toList();
    }

    /** Whether a dump with keys of that many bytes is of connections: large, and not looked up row by row. */
    public static boolean isConnectionKey(int keyBytes) {
        return ALL.stream().anyMatch(known -> known.connectionKeys().test(keyBytes));
    }
}
