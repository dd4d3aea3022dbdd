package io.ghostmap.datapath;

import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;

/**
 * The seam to a load balancer that keeps its tables in BPF maps: which maps and programs are its own, how to read the former
 * and what the latter do.
 */
public interface LoadBalancer {
    /** What had to be assumed to read the node's maps. */
    List<Gap> gaps();

    /**
     * What the map is: by type and sizes, then by name, pin and flags, then by the programs that use it, then by its
     * entries. Empty for a map that is not this load balancer's.
     */
    Optional<Identity> identify(BpfMap map, List<BpfProgram> users, Optional<MapDump> dump);

    /** Whether the program is of a type that socket hooks take. */
    boolean isSocketProgram(BpfProgram program);

    /** Whether the program is one that this load balancer attaches to a socket hook. */
    boolean owns(BpfProgram program);

    /** The hook that a program of its own is made for, as its name shows; empty where it has none that does. */
    Optional<AttachType> hookOf(BpfProgram program);

    /**
     * What a program of its own does at a socket hook.
     *
     * @param ofAgent whether the agent that runs now has built it
     */
    SocketProgram program(View view, boolean ofAgent);

    SortedMap<Frontend, Service> services(MapDump dump, Family family);

    SortedMap<Long, Backend> backends(MapDump dump, Family family);

    SortedMap<Integer, ReverseNat> reverseNat(MapDump dump, Family family);

    /** By the backend that a socket was sent to; the entries of one backend in the order of the sockets' cookies. */
    SortedMap<Endpoint, List<ReverseSkEntry>> reverseSk(MapDump dump, Family family);

    /** Entries of a conntrack map that keep a client's packets at one backend, in the order of the dump. */
    default List<ServiceConnection> serviceConnections(MapDump dump, MapRole role) {
        return List.of();
    }

    /** Clients that session affinity keeps at one backend. */
    default List<AffinitySession> sessions(MapDump dump, Family family) {
        return List.of();
    }

    /** The networks of services that not every client may use, in the order of the dump. */
    default List<SourceRange> sourceRanges(MapDump dump, Family family) {
        return List.of();
    }

    /** The ids of services that have a table of backends of their own in a map of such tables. */
    default Set<Integer> servicesWithTable(MapDump dump, Family family) {
        return Set.of();
    }

    /** What a map of counters counted of dropped packets between two readings, from the most frequent reason. */
    default List<Drops> drops(MapDump before, MapDump after) {
        return List.of();
    }

    /** The ids of programs in a prog array, or of maps in a map of maps. */
    List<Integer> referencedIds(MapDump dump);

    /** The fields of row {@code row} by name, to show the map itself; empty if its layout is not known. */
    List<NamedValue> fields(Identity identity, MapDump dump, int row);

    /**
     * How well a pin at that path shows that the agent works on the map: 0 for the place where it keeps its maps, 1 for
     * the place where it would keep them if it could not use that one; empty for any other path.
     */
    OptionalInt agentPinRank(String path);

    /** Whether a process of that name is its agent. */
    boolean isAgent(String command);
}
