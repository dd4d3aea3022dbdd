package io.ghostmap.traffic;

import io.ghostmap.bundle.Gap;
import java.util.List;

/**
 * What the wire says.
 *
 * @param captures in the order of time
 * @param inTimeOrder whether they were read in that order; else some replies were matched afterwards
 * @param destinations in the order of most SYNs, then of address
 * @param services over UDP, in the order of most requests, then of address
 * @param untrackedSyns SYNs to destinations beyond the bound: counted here and nowhere else
 * @param untrackedDatagrams of UDP flows beyond the bound
 */
public record Traffic(
        List<Capture> captures,
        boolean inTimeOrder,
        List<Destination> destinations,
        List<UdpService> services,
        long untrackedSyns,
        long untrackedDatagrams,
        List<Gap> gaps) {
    public boolean captured() {
        return !captures.isEmpty();
    }

    /** SYN frames in all captures, copies included. */
    public long syns() {
        return destinations.stream().mapToLong(Destination::syns).sum() + untrackedSyns;
    }

    /** SYN frames that no attempt holds, because there were more attempts than are followed one by one. */
    public long tailSyns() {
        return destinations.stream().mapToLong(d -> d.tail().syns()).sum() + untrackedSyns;
    }
}
