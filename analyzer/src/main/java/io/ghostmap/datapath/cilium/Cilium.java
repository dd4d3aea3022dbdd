package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.AffinitySession;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Drops;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.LoadBalancer;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.ReverseNat;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.ServiceConnection;
import io.ghostmap.datapath.SourceRange;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.cilium.Identification.Identified;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.Listing;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.RowFilter;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Text;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Cilium's socket load balancer, 1.6 to 1.21-dev. */
public final class Cilium implements LoadBalancer {
    /**
     * Of maps whose keys are tuples of a connection ({@code struct ipv4_ct_tuple}, {@code struct ipv6_ct_tuple} in {@code
     * bpf/lib/common.h}), conntrack and SNAT, the entries of kind SERVICE; every row of other maps.
     */
    public static final RowFilter ROWS = new ServiceTuples();

    /**
     * {@code TCGlobalsPath} of {@code pkg/bpf/bpffs_linux.go}, below the bpffs that the agent uses: the second only if
     * {@code /sys/fs/bpf} was not usable when it started.
     */
    private static final List<Pattern> AGENT_PINS = List.of(
            Pattern.compile("/sys/fs/bpf/tc/globals/cilium_[a-z0-9_]+"),
            Pattern.compile("/run/cilium/bpffs/tc/globals/cilium_[a-z0-9_]+"));

    /** {@code uname -a}: the release follows the name of the node. */
    private static final Pattern KERNEL = Pattern.compile("Linux \\S+ (?<major>\\d{1,4})\\.(?<minor>\\d{1,4}).*");

    /** Red Hat's kernels have the BPF of later ones, so that their number says nothing about it. */
    private static final Pattern BACKPORTS = Pattern.compile("\\.el\\d");

    private final ByteOrder order;
    private final Node node;
    private final List<Gap> gaps;
    private final OwnTables own;

    /**
     * What of a node decides how programs translate.
     *
     * @param choosesErrors whether its kernel lets a program choose the error of the call
     * @param clock when its maps were dumped
     * @param options of the agent that runs now
     * @param calls the kernel functions that the instructions of a program call, by program id
     */
    private record Node(
            boolean choosesErrors,
            Clock clock,
            AgentOptions options,
            SortedMap<Integer, Set<String>> calls,
            Listing<BpfMap> maps) {}

    private Cilium(ByteOrder order, Node node, List<Gap> gaps) {
        this.order = order;
        this.node = node;
        this.gaps = gaps;
        this.own = new OwnTables(order);
    }

    /** Of the machines that Kubernetes runs on only s390x keeps the high byte first. */
    public static Cilium onNode(Evidence evidence) {
        Optional<ByteOrder> order = NodeByteOrder.of(evidence);
        Node node = new Node(
                choosesErrors(evidence.node().kernel()),
                new Clock(evidence.node().uptimeSeconds(), evidence.bpf().dumped()),
                evidence.agent().options(),
                evidence.bpf().calls(),
                evidence.bpf().state().maps());
        return new Cilium(
                order.orElse(ByteOrder.LITTLE_ENDIAN),
                node,
                order.isPresent()
                        ? List.of()
                        : List.of(new Gap(
                                Artifact.of(ArtifactKind.UNAME),
                                Text.of("neither this file nor the services' slots show the byte order of the"
                                        + " node: numbers are read as little-endian"))));
    }

    /** To read maps of which no node is known. */
    public static Cilium of(ByteOrder order) {
        Listing<BpfMap> maps = new Listing<>(false, false, Collections.emptySortedMap());
        Node node = new Node(
                true,
                new Clock(OptionalLong.empty(), Collections.emptySortedMap()),
                AgentOptions.DEFAULT,
                Collections.emptySortedMap(),
                maps);
        return new Cilium(order, node, List.of());
    }

    /** Since Linux 5.18 a program at a socket hook can set the error of the call ({@code bpf_set_retval}). */
    private static boolean choosesErrors(String uname) {
        Matcher kernel = KERNEL.matcher(uname);
        if (!kernel.matches() || BACKPORTS.matcher(uname).find()) {
            return true;
        }
        int major = Integer.parseInt(kernel.group("major"));
        return major > 5 || (major == 5 && Integer.parseInt(kernel.group("minor")) >= 18);
    }

    @Override
    public List<Gap> gaps() {
        return gaps;
    }

    @Override
    public Optional<Identity> identify(BpfMap map, List<BpfProgram> users, Optional<MapDump> dump) {
        return identified(map, users, dump).map(Identified::identity);
    }

    private Optional<Identified> identified(BpfMap map, List<BpfProgram> users, Optional<MapDump> dump) {
        return Identification.of(
                map, users, dump, user -> ProgramNames.isOfAnyHook(user.name()) || owns(user), this::isSocketProgram);
    }

    @Override
    public boolean isSocketProgram(BpfProgram program) {
        return program.type().equals("cgroup_sock_addr") || program.type().equals("cgroup_sock");
    }

    @Override
    public boolean owns(BpfProgram program) {
        return isSocketProgram(program) && ProgramNames.isOfSocketHook(program.name());
    }

    @Override
    public Optional<AttachType> hookOf(BpfProgram program) {
        return ProgramNames.hook(program.name());
    }

    @Override
    public SocketProgram program(View view, boolean ofAgent) {
        BpfProgram program = view.program();
        List<Frontend> frontends = Stream.of(view.servicesV4(), view.servicesV6())
                .flatMap(table -> table.content().stream())
                .flatMap(table -> table.keySet().stream())
                .toList();
        List<Semantics> releases = Releases.of(
                versionsOf(view),
                translates(view),
                frontends,
                node.calls().getOrDefault(program.id(), Set.of()),
                node.choosesErrors());
        return new CiliumProgram(view, releases, new Inquiry.Setting(node.clock(), node.options(), ofAgent), own);
    }

    private static boolean translates(View view) {
        return view.madeFor()
                .map(AttachType::translatesForward)
                .orElse(Stream.of(Family.values())
                        .anyMatch(family -> view.backends(family).mapId().isPresent()));
    }

    /**
     * From which releases a program can be, as far as its name and its maps show. The agent that runs on the node today
     * says nothing of a leftover program of an older one. All releases if the signs contradict each other.
     */
    VersionRange versionsOf(View view) {
        BpfProgram program = view.program();
        VersionRange versions = ProgramNames.versions(program.name());
        if (asksForHealthChecks(view)) {
            versions = versions.and(VersionRange.upTo(16));
        }
        List<BpfMap> maps = view.maps().stream()
                .flatMap(id -> node.maps().find(id).stream())
                .toList();
        for (BpfMap map : maps) {
            Optional<Identified> identified = identified(map, List.of(program), Optional.empty());
            if (identified.isPresent() && identified.get().identity().role().isPresent()) {
                versions = versions.and(identified.get().versions());
            }
            if ((map.flags() & Layout.RDONLY_PROG) != 0 && map.name().equals("cilium_lb4_serv")) {
                versions = versions.and(VersionRange.since(20)); // services are read-only for programs
            }
        }
        return versions.isEmpty() ? VersionRange.ANY : versions;
    }

    /** From 1.17 on connects of health checks are let through, without a look at the map. */
    private static boolean asksForHealthChecks(View view) {
        boolean connects = view.madeFor()
                .filter(hook -> hook == AttachType.CONNECT4 || hook == AttachType.CONNECT6)
                .isPresent();
        return connects
                && Stream.of(Family.values())
                        .anyMatch(family -> view.table(MapRole.of(MapRole.Kind.HEALTH, family))
                                .mapId()
                                .isPresent());
    }

    @Override
    public SortedMap<Frontend, Service> services(MapDump dump, Family family) {
        return Services.decode(dump, family, order);
    }

    @Override
    public SortedMap<Long, Backend> backends(MapDump dump, Family family) {
        return Backends.decode(dump, family, order);
    }

    @Override
    public SortedMap<Integer, ReverseNat> reverseNat(MapDump dump, Family family) {
        return Sessions.reverseNat(dump, family, order);
    }

    @Override
    public SortedMap<Endpoint, List<ReverseSkEntry>> reverseSk(MapDump dump, Family family) {
        return Sessions.reverseSk(dump, family, order);
    }

    @Override
    public List<ServiceConnection> serviceConnections(MapDump dump, MapRole role) {
        return Sessions.serviceConnections(dump, role, order);
    }

    @Override
    public List<AffinitySession> sessions(MapDump dump, Family family) {
        return Sessions.affinity(dump, family, order).values().stream()
                .flatMap(List::stream)
                .map(each -> new AffinitySession(
                        each.client(),
                        each.revNatId(),
                        each.backendId(),
                        each.entry().cite()))
                .toList();
    }

    @Override
    public List<SourceRange> sourceRanges(MapDump dump, Family family) {
        return Sessions.sourceRanges(dump, family, order);
    }

    @Override
    public Set<Integer> servicesWithTable(MapDump dump, Family family) {
        return Sessions.servicesWithTable(dump, family, order);
    }

    @Override
    public List<Drops> drops(MapDump before, MapDump after) {
        return DropCounters.between(before, after, order);
    }

    @Override
    public List<Integer> referencedIds(MapDump dump) {
        List<Integer> ids = new ArrayList<>();
        for (int row = 0; row < dump.count(); row++) {
            byte[] value = dump.value(row);
            if (value.length == Integer.BYTES) {
                ids.add((int) Bytes.u32(value, 0, order));
            }
        }
        return List.copyOf(ids);
    }

    @Override
    public List<NamedValue> fields(Identity identity, MapDump dump, int row) {
        return identity.role().map(role -> fields(role, dump, row)).orElse(List.of());
    }

    private List<NamedValue> fields(MapRole role, MapDump dump, int row) {
        Layout layout = Layouts.of(role, dump.keyBytes(), dump.valueBytes());
        List<NamedValue> values = new ArrayList<>();
        byte[] key = dump.key(row);
        byte[] value = dump.value(row);
        layout.key().stream()
                .filter(field -> field.kind() != Field.Kind.PADDING)
                .forEach(field -> values.add(new NamedValue(true, field.name(), field.text(key, order))));
        layout.value().stream()
                .filter(field -> field.kind() != Field.Kind.PADDING)
                .forEach(field -> values.add(new NamedValue(
                        false,
                        field.name(),
                        dump.cpus() == 0 ? field.text(value, order) : sum(field, value, dump.cpus()))));
        return List.copyOf(values);
    }

    /** A counter of a per-CPU map: what all CPUs counted together. */
    private String sum(Field field, byte[] values, int cpus) {
        int size = values.length / cpus;
        long sum = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            sum += field.number(Arrays.copyOfRange(values, cpu * size, (cpu + 1) * size), order);
        }
        return Long.toUnsignedString(sum);
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
