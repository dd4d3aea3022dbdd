package io.ghostmap.evidence;

import java.util.List;

/** One reading of the kernel's BPF objects, taken before or after the capture window. */
public record BpfState(Listing<BpfMap> maps, Listing<BpfProgram> programs, Listing<BpfLink> links) {
    /** This reading, with what only the later one saw: an object seen in either existed. */
    BpfState completedBy(BpfState later) {
        return new BpfState(
                maps.completedBy(later.maps), programs.completedBy(later.programs), links.completedBy(later.links));
    }

    /** What changed from this reading to the later one, a line each; empty when nothing did or one was not taken. */
    public List<String> driftTo(BpfState later) {
        return Drift.between(this, later);
    }
}
