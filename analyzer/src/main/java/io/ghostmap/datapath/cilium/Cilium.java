package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.Affinity;
import io.ghostmap.datapath.AffinityMatches;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Build;
import io.ghostmap.datapath.Build.Sign;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.IpCache;
import io.ghostmap.datapath.LoadBalancer;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.ReverseNat;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.SkipEntry;
import io.ghostmap.datapath.VersionRange;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Text;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Cilium's socket load balancer, 1.6 to 1.21-dev. */
public final class Cilium implements LoadBalancer {
    /** Programs of 1.13 and later. Names may be cut to 15 characters. */
    private static final Pattern PREFIXED = Pattern.compile("cil_sock([46]_.+|_releas.*)");

    /** Programs up to 1.12. */
    private static final Pattern PLAIN =
            Pattern.compile("sock[46]_(connect|sendmsg|recvmsg|getpeerna.*|post_bind|pre_bind|bind|xlate.*)");

    /** Programs of any hook: those of tc and XDP read the same tables. */
    private static final Pattern ANY_PROGRAM = Pattern.compile("cil_.*|handle_.*|tail_.*|bpf_.*|from-.*|to-.*");

    /**
     * {@code TCGlobalsPath} of {@code pkg/bpf/bpffs_linux.go}, below the bpffs that the agent uses: the second only where
     * {@code /sys/fs/bpf} was not usable when it started.
     */
    private static final List<Pattern> AGENT_PINS = List.of(
            Pattern.compile("/sys/fs/bpf/tc/globals/cilium_[a-z0-9_]+"),
            Pattern.compile("/run/cilium/bpffs/tc/globals/cilium_[a-z0-9_]+"));

    private static final String RELEASE_PROGRAM = "cil_sock_releas";

    /** {@code uname -a}: the release stands behind the name of the node. */
    private static final Pattern KERNEL = Pattern.compile("Linux \\S+ (?<major>\\d{1,4})\\.(?<minor>\\d{1,4}).*");

    /** Red Hat's kernels have BPF of later ones: their number says nothing of it. */
    private static final Pattern BACKPORTS = Pattern.compile("\\.el\\d");

    private final ByteOrder order;
    private final boolean kernelChoosesErrors;
    private final List<Gap> gaps;

    private Cilium(ByteOrder order, boolean kernelChoosesErrors, List<Gap> gaps) {
        this.order = order;
        this.kernelChoosesErrors = kernelChoosesErrors;
        this.gaps = gaps;
    }

    /**
     * Whether keys of that size are tuples of a connection ({@code struct ipv4_ct_tuple}, {@code struct ipv6_ct_tuple} in
     * {@code bpf/lib/common.h}): of the maps that have such keys, conntrack and SNAT, nothing is concluded from single rows,
     * and a large node has half a million of them.
     */
    public static boolean isConnectionKey(int keyBytes) {
        return keyBytes == 14 || keyBytes == 38;
    }

    /** Of the machines that Kubernetes runs on only s390x keeps the high byte first. */
    public static Cilium onNode(Evidence evidence) {
        Optional<ByteOrder> order = NodeByteOrder.of(evidence);
        return new Cilium(
                order.orElse(ByteOrder.LITTLE_ENDIAN),
                choosesErrors(evidence.node().kernel()),
                order.isPresent()
                        ? List.of()
                        : List.of(new Gap(
                                Artifact.of(ArtifactKind.UNAME),
                                Text.of("neither this file nor the slots of the services tell the byte order of the"
                                        + " node: numbers are read as little-endian"))));
    }

    public static Cilium of(ByteOrder order) {
        return new Cilium(order, true, List.of());
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
        return Identification.of(
                map,
                users,
                dump,
                user -> ANY_PROGRAM.matcher(user.name()).matches() || owns(user),
                this::isSocketProgram);
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
    public Build buildOf(BpfProgram program, List<BpfMap> maps) {
        List<Sign> signs = new ArrayList<>();
        if (program.name().startsWith(RELEASE_PROGRAM)) {
            sign(signs, "the program " + program.name() + " came with 1.18", VersionRange.since(18), program.source());
        } else if (PREFIXED.matcher(program.name()).matches()) {
            sign(signs, "programs are named cil_… since 1.13", VersionRange.since(13), program.source());
        } else if (PLAIN.matcher(program.name()).matches()) {
            sign(signs, "programs were named without cil_ up to 1.12", VersionRange.upTo(12), program.source());
        }
        for (BpfMap map : maps) {
            identify(map, List.of(program), Optional.empty())
                    .filter(identity -> identity.role().isPresent())
                    .filter(identity -> !identity.versions().equals(VersionRange.ANY))
                    .ifPresent(identity -> sign(
                            signs,
                            "it uses " + identity.fullName() + " (map " + map.id() + "), which is of "
                                    + identity.versions(),
                            identity.versions(),
                            map.source()));
            if ((map.flags() & Layout.RDONLY_PROG) != 0 && map.name().equals("cilium_lb4_serv")) {
                sign(
                        signs,
                        "map " + map.id() + " is read-only for programs, as services are since 1.20",
                        VersionRange.since(20),
                        map.source());
            }
        }
        return Build.of(signs);
    }

    private static void sign(List<Sign> signs, String text, VersionRange allows, Citation source) {
        signs.add(new Sign(text, allows, source));
    }

    @Override
    public List<Semantics> semanticsOf(Build build, Collection<Frontend> frontends, Set<String> calls) {
        return Releases.of(build.versions(), frontends, calls, kernelChoosesErrors);
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
    public SortedMap<Integer, List<Affinity>> affinity(MapDump dump, Family family) {
        return Sessions.affinity(dump, family, order);
    }

    @Override
    public AffinityMatches affinityMatches(MapDump dump) {
        return Sessions.affinityMatches(dump, order);
    }

    @Override
    public SortedMap<Endpoint, List<SkipEntry>> skipped(MapDump dump, Family family) {
        return Sessions.skipped(dump, family, order);
    }

    @Override
    public IpCache ipCache(MapDump dump) {
        return new IpCacheTable(dump, order);
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
