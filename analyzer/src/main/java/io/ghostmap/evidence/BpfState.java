package io.ghostmap.evidence;

/** One reading of the kernel's BPF objects, taken before or after the capture window. */
public record BpfState(Listing<BpfMap> maps, Listing<BpfProgram> programs, Listing<BpfLink> links) {
    /** This reading, and what only the later one saw: an object in either of them existed. */
    BpfState completedBy(BpfState later) {
        return new BpfState(
                maps.completedBy(later.maps), programs.completedBy(later.programs), links.completedBy(later.links));
    }
}
