package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/** The seam to a load balancer that keeps its tables in BPF maps: which maps are its own, and how to read them. */
public interface LoadBalancer {
    /** The map's role by type, sizes and name; empty for a map that is not a table of this load balancer. */
    Optional<MapRole> roleOf(BpfMap map);

    /** Whether the program is of a type that socket hooks take. */
    boolean isSocketProgram(BpfProgram program);

    /** Whether the program is one that this load balancer attaches to a socket hook. */
    boolean owns(BpfProgram program);

    /** What its programs of that build do where an entry is missing. */
    Semantics semanticsOf(BpfProgram program);

    SortedMap<Frontend, Service> services(MapDump dump, Family family);

    SortedMap<Long, Backend> backends(MapDump dump, Family family);

    List<ReverseSkEntry> reverseSk(MapDump dump, Family family);

    /**
     * How well a pin at that path shows that the agent works on the map: 0 for the place where it keeps its maps, 1 for
     * the place where it would keep them if it could not use that one; empty for any other path.
     */
    OptionalInt agentPinRank(String path);

    /** Whether a process of that name is its agent. */
    boolean isAgent(String command);
}
