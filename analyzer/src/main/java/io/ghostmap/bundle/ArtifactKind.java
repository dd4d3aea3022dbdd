package io.ghostmap.bundle;

import io.ghostmap.text.Text;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a bundle can be, wherever a {@link BundleLayout} puts it, and what the verdict loses without it. Kinds form
 * a tree: a group such as {@link #MAP_DUMPS} is the place of all members of its kinds, also of those that no kind names.
 */
public enum ArtifactKind {
    BUNDLE(null, Text.of("no rule of this version needs it")),

    /** The archive that the members are in. */
    ARCHIVE(BUNDLE, Text.of("members of the bundle may be missing")),
    MANIFEST(BUNDLE, Text.of("when, how and with which options the bundle was made is not known")),
    CHECKSUMS(BUNDLE, Text.of("it is not known whether files changed after collection")),
    README(BUNDLE),
    COLLECTOR_LOG(BUNDLE),
    STEP_ERRORS(BUNDLE),

    NODE(BUNDLE),
    UNAME(NODE, Text.of("ids, counts and slots in the maps may be read in the wrong byte order")),
    OS_RELEASE(NODE),
    BOOT_ID(NODE, Text.of("whether the node has rebooted since cannot be checked by its boot id")),
    UPTIME(NODE),
    CLOCK(NODE),
    MOUNTS(NODE),
    CGROUP_OF_COLLECTOR(NODE),
    NAMESPACES_OF_COLLECTOR(NODE),
    SYSCTLS(NODE),
    CGROUP_DIRECTORIES(NODE, Text.of("cgroups are named by their ids only")),
    CGROUP_DIRECTORIES_AFTER(NODE, Text.of("cgroups are named by their ids only")),

    BPF(BUNDLE),
    BPFTOOL_VERSION(BPF),
    PINS(BPF, Text.of("pins in further bpffs mounts are not known: what holds a link may be missing here")),
    HOLDERS(BPF, Text.of("which process holds a map or a link is not known")),

    LISTS_BEFORE(BPF),
    MAPS_BEFORE(LISTS_BEFORE, Text.of("generations cannot be distinguished without the reading after the capture")),
    PROGRAMS_BEFORE(
            LISTS_BEFORE, Text.of("which program reads which map is not known without the reading after the capture")),
    LINKS_BEFORE(
            LISTS_BEFORE, Text.of("it is not known whether a program is attached by a link, so the remedy is open")),
    DEVICES_BEFORE(LISTS_BEFORE, Text.of("programs on network devices are not known")),
    BTF_BEFORE(LISTS_BEFORE),
    /** The entries of the map of drop counters with that id, before the window. */
    DROP_COUNTERS_BEFORE(LISTS_BEFORE, Text.of("which drop counters grew during the capture is not known")),

    LISTS_AFTER(BPF, Text.of("whether the node changed during the capture is not known")),
    MAPS_AFTER(LISTS_AFTER),
    PROGRAMS_AFTER(LISTS_AFTER),
    LINKS_AFTER(LISTS_AFTER),
    DEVICES_AFTER(LISTS_AFTER),
    BTF_AFTER(LISTS_AFTER),

    CGROUPS(BPF),
    /** Programs as they are attached; a file for each mount of the hierarchy. */
    CGROUP_TREE(CGROUPS, Text.of("how and where programs are attached is not known")),
    CGROUP_EFFECTIVES(CGROUPS, Text.of("the run order is computed from the attachments instead of the kernel's own")),
    /** Programs in run order, of the cgroup with that inode number. */
    CGROUP_EFFECTIVE(CGROUP_EFFECTIVES),

    MAP_DUMPS(BPF, Text.of("what a program that reads this map does cannot be replayed, or not for every service")),
    /** The entries of the map with that id. */
    MAP_DUMP(MAP_DUMPS),
    PROGRAM_DUMPS(BPF, Text.of("the instructions of this program cannot be compared with its list of maps")),
    /** The instructions of the program with that id. */
    PROGRAM_DUMP(PROGRAM_DUMPS),
    SERVICE_CONNTRACKS(BPF, Text.of("which clients conntrack keeps at a backend is not known")),
    /** Of the conntrack map with that id the entries of services. */
    SERVICE_CONNTRACK(SERVICE_CONNTRACKS),

    PACKETS(BUNDLE, Text.of("what went over the wire is not known, or not all of it, so it cannot confirm anything")),
    /** Connection attempts on every interface of the node. */
    NODE_CAPTURE(PACKETS),
    DNS_CAPTURE(PACKETS, Text.of("which names clients asked for is not known; where their connections went is known")),
    SERVICE_CAPTURE(
            PACKETS,
            Text.of("packets of the one service that was to be watched are not known, except for those in the main"
                    + " capture")),
    OTHER_CAPTURE(PACKETS),
    /** What the program that captured says of packets that it lost. */
    CAPTURE_COUNTERS(PACKETS),
    /** Which number of an interface in a capture is which interface. */
    INTERFACES(PACKETS),

    NETWORK(BUNDLE),
    ADDRESSES(NETWORK),
    ROUTES(NETWORK),
    ROUTING_RULES(NETWORK),
    IPTABLES(NETWORK, Text.of("iptables rules cannot be excluded as another cause")),
    IP6TABLES(NETWORK),
    IPTABLES_LEGACY(NETWORK),
    IP6TABLES_LEGACY(NETWORK),
    IPTABLES_NFT(NETWORK),
    IP6TABLES_NFT(NETWORK),
    /** Which variant each of the commands is. */
    IPTABLES_VARIANTS(NETWORK),
    /** Tables of iptables-legacy that the kernel has. */
    LEGACY_TABLES(NETWORK),
    NFTABLES(NETWORK),
    IPVS(NETWORK),
    PROBE(NETWORK, Text.of("the result of the collector's own connect is not known; those of clients' connects are")),
    SOCKETS(NETWORK, Text.of("single sockets cannot be tied to map entries")),
    SOCKETS_OF_POD(NETWORK, Text.of("single sockets cannot be tied to map entries")),
    SOCKETS_OF_NAMESPACES(NETWORK, Text.of("sockets of pods cannot be tied to map entries")),

    CILIUM(BUNDLE, Text.of("the agent's own list cannot be compared with the maps")),
    AGENT_VERSION(CILIUM),
    AGENT_STATUS(CILIUM),
    AGENT_CONFIG(
            CILIUM,
            Text.of("socket programs are assumed to have the default options: for pods as well, and for node ports"
                    + " 30000 to 32767, unless the agent's status says otherwise")),
    AGENT_SERVICES(CILIUM),
    /** The same list again, after the capture window. */
    AGENT_SERVICES_AFTER(CILIUM, Text.of("whether the agent changed its services during the capture is not known")),
    /** The agent's table of frontends, with what it could not bring into the kernel. */
    AGENT_FRONTENDS(CILIUM),
    AGENT_FRONTENDS_AFTER(CILIUM),
    AGENT_METRICS(CILIUM),
    AGENT_METRICS_AFTER(CILIUM),
    /** How often the programs of the agent run. */
    AGENT_BPF_STATS(CILIUM),
    AGENT_BPF_SERVICES(CILIUM),
    AGENT_ENDPOINTS(CILIUM),
    AGENT_MAPS(CILIUM),
    AGENT_LOG(CILIUM),
    /** The lines of all its logs that date a fault, and the logs of its init containers. */
    AGENT_EVENTS(CILIUM),

    KUBERNETES(
            BUNDLE,
            Text.of("services and pods have no names here, or it is not known which addresses the cluster still has")),
    KUBERNETES_SERVICES(KUBERNETES),
    KUBERNETES_SLICES(KUBERNETES),
    KUBERNETES_PODS(KUBERNETES),
    KUBERNETES_NODE_CONFIGS(KUBERNETES),
    KUBERNETES_LOCAL_REDIRECTS(KUBERNETES),
    KUBERNETES_ENVOY_CONFIGS(KUBERNETES),
    KUBERNETES_CLUSTER_ENVOY_CONFIGS(KUBERNETES);

    private final @Nullable ArtifactKind group;
    private final Text cost;

    ArtifactKind(ArtifactKind group) {
        this(group, group.cost);
    }

    ArtifactKind(@Nullable ArtifactKind group, Text cost) {
        this.group = group;
        this.cost = cost;
    }

    /** The group that it belongs to; empty for the bundle itself. */
    public Optional<ArtifactKind> group() {
        return Optional.ofNullable(group);
    }

    /** What the verdict loses when a member of this kind is missing or not whole. */
    public Text cost() {
        return cost;
    }

    /** Whether it is {@code other} or belongs to that group, at any depth. */
    public boolean isWithin(ArtifactKind other) {
        return this == other || (group != null && group.isWithin(other));
    }
}
