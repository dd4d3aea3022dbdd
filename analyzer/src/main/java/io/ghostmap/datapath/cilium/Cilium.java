package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.LoadBalancer;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Service;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.NodeFacts;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Cilium's socket load balancer, 1.8 to 1.21-dev. */
public final class Cilium implements LoadBalancer {
    /** Programs of 1.13 and later. Names may be cut to 15 characters. */
    private static final Pattern PREFIXED = Pattern.compile("cil_sock([46]_.+|_releas.*)");

    /** Programs up to 1.12. */
    private static final Pattern PLAIN =
            Pattern.compile("sock[46]_(connect|sendmsg|recvmsg|getpeerna.*|post_bind|pre_bind|bind)");

    /**
     * {@code TCGlobalsPath} of {@code pkg/bpf/bpffs_linux.go}, below the bpffs that the agent uses: the second only where
     * {@code /sys/fs/bpf} was not usable when it started.
     */
    private static final List<Pattern> AGENT_PINS = List.of(
            Pattern.compile("/sys/fs/bpf/tc/globals/cilium_[a-z0-9_]+"),
            Pattern.compile("/run/cilium/bpffs/tc/globals/cilium_[a-z0-9_]+"));

    private final ByteOrder order;

    private Cilium(ByteOrder order) {
        this.order = order;
    }

    /** Of the machines that Kubernetes runs on only s390x keeps the high byte first. */
    public static Cilium onNode(NodeFacts node) {
        return new Cilium(node.kernel().contains("s390x") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Optional<MapRole> roleOf(BpfMap map) {
        return MapShape.of(map).map(MapShape::role);
    }

    @Override
    public boolean isSocketProgram(BpfProgram program) {
        return program.type().equals("cgroup_sock_addr") || program.type().equals("cgroup_sock");
    }

    @Override
    public boolean owns(BpfProgram program) {
        return isSocketProgram(program)
                && (PREFIXED.matcher(program.name()).matches()
                        || PLAIN.matcher(program.name()).matches());
    }

    @Override
    public Semantics semanticsOf(BpfProgram program) {
        return program.name().startsWith("cil_") ? Semantics.REFUSES_DEAD_END : Semantics.PASSES_DEAD_END;
    }

    @Override
    public SortedMap<Frontend, Service> services(MapDump dump, Family family) {
        return ServicesV2.decode(dump, family, order);
    }

    @Override
    public SortedMap<Long, Backend> backends(MapDump dump, Family family) {
        return Backends.decode(dump, family, order);
    }

    @Override
    public List<ReverseSkEntry> reverseSk(MapDump dump, Family family) {
        return ReverseSk.decode(dump, family, order);
    }

    @Override
    public OptionalInt agentPinRank(String path) {
        return IntStream.range(0, AGENT_PINS.size())
                .filter(rank -> AGENT_PINS.get(rank).matcher(path).matches())
                .findFirst();
    }

    @Override
    public boolean isAgent(String command) {
        return command.equals("cilium-agent");
    }
}
