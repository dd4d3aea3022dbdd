package io.ghostmap.evidence;

import io.ghostmap.bundle.Gap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Everything that the node said. Lists keep the order of the bundle; an absent list is empty and named in
 * {@link #gaps()}.
 *
 * @param state the objects to reason on: the reading before the capture, and what only the later one saw
 * @param trees the files that list what is attached, per mount; without any, nobody asked
 * @param tree programs as attached, per cgroup
 * @param effective programs in run order, by cgroup id
 * @param dumps map contents, by map id
 * @param agentServices {@code cilium-dbg service list}: the agent's intent
 * @param agentOptions how the agent runs now; programs of an earlier one can be built otherwise
 * @param sockets of the node's network namespace, and of a pod's where the collector was told one
 * @param calls the kernel functions that the instructions of a program call, by program id
 * @param bpffsMounts where a bpffs is mounted, by the node's mount table
 * @param lbList {@code cilium-dbg bpf lb list}: what the pinned maps hold
 */
public record Evidence(
        BpfState before,
        BpfState after,
        BpfState state,
        List<NetAttachment> net,
        List<String> trees,
        List<CgroupPrograms> tree,
        SortedMap<Long, EffectivePrograms> effective,
        List<Cgroup> cgroups,
        List<Pin> pins,
        List<Holder> holders,
        SortedMap<Integer, MapDump> dumps,
        List<ServiceClaim> agentServices,
        List<ServiceClaim> lbList,
        AgentOptions agentOptions,
        KubernetesView kubernetes,
        TextFile iptables,
        TextFile nft,
        TextFile agentLog,
        NodeFacts node,
        SortedMap<Integer, Set<String>> calls,
        List<Socket> sockets,
        List<String> bpffsMounts,
        List<Gap> gaps) {

    /** Whether any object shows a pin: where none does, the collector did not see the bpffs, and no pin means nothing. */
    public boolean pinsVisible() {
        return !pins.isEmpty()
                || state.maps().all().stream().anyMatch(map -> !map.pins().isEmpty())
                || state.programs().all().stream()
                        .anyMatch(program -> !program.pins().isEmpty())
                || state.links().all().stream().anyMatch(link -> !link.pins().isEmpty());
    }

    /** Whether it is known what is attached where: tells "none" from "not asked". */
    public boolean treeCaptured() {
        return !trees.isEmpty();
    }

    /** Where the programs that run for sockets of that cgroup stand, if they were asked for. */
    public static String effectiveFile(long cgroupId) {
        return "bpf/cgroups/effective/" + cgroupId + ".json";
    }

    /** The kernel functions that a program calls; empty where its instructions were not captured whole. */
    public Set<String> calls(int programId) {
        return calls.getOrDefault(programId, Set.of());
    }

    public Optional<MapDump> dump(int mapId) {
        return Optional.ofNullable(dumps.get(mapId));
    }

    /** The cgroup with that inode number, if its directory was listed. */
    public Optional<Cgroup> cgroup(long inode) {
        return cgroups.stream().filter(cgroup -> cgroup.inode() == inode).findFirst();
    }
}
