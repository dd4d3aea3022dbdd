package io.ghostmap.bundle;

import static io.ghostmap.bundle.ArtifactKind.*;
import static io.ghostmap.bundle.Form.BPFTOOL_JSON;
import static io.ghostmap.bundle.Form.JSON;
import static io.ghostmap.bundle.Form.TABLE;
import static io.ghostmap.bundle.Form.TEXT;

/** Where {@code ghostmap-collect} puts what, format 1. */
final class GhostmapLayout {
    /** Ids of BPF objects rise to 2^31 - 1. */
    private static final String ID = "\\d{1,10}";

    private static final String INODE = "\\d{1,18}";

    /** {@code any.pcap}, {@code any.pcap2} (tcpdump -C), {@code any_00002_20261123.pcapng}, and each packed. */
    private static final String CAPTURE = "\\.(?:pcap\\d{0,6}|pcapng|cap)(?:\\.gz|\\.zst)?";

    /** What rotation puts after the name of a capture. */
    private static final String ROTATION = "(?:[-_.@][^/]*)?";

    private GhostmapLayout() {}

    static BundleLayout table() {
        BundleLayout.Builder table = new BundleLayout.Builder();
        table.member(MANIFEST, JSON, "manifest.json")
                .member(CHECKSUMS, TEXT, "SHA256SUMS")
                .member(README, TEXT, "README.txt")
                .member(COLLECTOR_LOG, TEXT, "collector.log")
                .folder(STEP_ERRORS, "errors/");
        node(table);
        bpf(table);
        packets(table);
        network(table);
        cluster(table);
        return table.build();
    }

    private static void node(BundleLayout.Builder table) {
        table.folder(NODE, "node/")
                .member(UNAME, TEXT, "node/uname.txt")
                .member(OS_RELEASE, TEXT, "node/os-release")
                .member(BOOT_ID, TEXT, "node/boot_id")
                .member(UPTIME, TEXT, "node/uptime")
                .member(CLOCK, TEXT, "node/clock.txt")
                .member(MOUNTS, TEXT, "node/mountinfo")
                .member(CGROUP_OF_COLLECTOR, TEXT, "node/cgroup-self")
                .member(NAMESPACES_OF_COLLECTOR, TEXT, "node/namespaces.txt")
                .member(SYSCTLS, TEXT, "node/sysctl.txt")
                .member(CGROUP_DIRECTORIES, TABLE, "node/cgroups.tsv")
                .member(CGROUP_DIRECTORIES_AFTER, TABLE, "node/cgroups-after.tsv");
    }

    private static void bpf(BundleLayout.Builder table) {
        table.folder(BPF, "bpf/")
                .member(BPFTOOL_VERSION, BPFTOOL_JSON, "bpf/version.json")
                .member(PINS, TABLE, "bpf/pins.tsv")
                .member(HOLDERS, TABLE, "bpf/holders.tsv")
                .folder(LISTS_BEFORE, "bpf/before/")
                .member(MAPS_BEFORE, BPFTOOL_JSON, "bpf/before/maps.json")
                .member(PROGRAMS_BEFORE, BPFTOOL_JSON, "bpf/before/programs.json")
                .member(LINKS_BEFORE, BPFTOOL_JSON, "bpf/before/links.json")
                .member(DEVICES_BEFORE, BPFTOOL_JSON, "bpf/before/net.json")
                .member(BTF_BEFORE, BPFTOOL_JSON, "bpf/before/btf.json")
                .members(DROP_COUNTERS_BEFORE, BPFTOOL_JSON, "bpf/before/map-dumps/*.json", ID)
                .folder(LISTS_AFTER, "bpf/after/")
                .member(MAPS_AFTER, BPFTOOL_JSON, "bpf/after/maps.json")
                .member(PROGRAMS_AFTER, BPFTOOL_JSON, "bpf/after/programs.json")
                .member(LINKS_AFTER, BPFTOOL_JSON, "bpf/after/links.json")
                .member(DEVICES_AFTER, BPFTOOL_JSON, "bpf/after/net.json")
                .member(BTF_AFTER, BPFTOOL_JSON, "bpf/after/btf.json")
                .folder(CGROUPS, "bpf/cgroups/")
                .members(CGROUP_TREE, BPFTOOL_JSON, "bpf/cgroups/tree*.json", "(?:-\\d{1,3})?")
                .folder(CGROUP_EFFECTIVES, "bpf/cgroups/effective/")
                .members(CGROUP_EFFECTIVE, BPFTOOL_JSON, "bpf/cgroups/effective/*.json", INODE)
                .folder(MAP_DUMPS, "bpf/map-dumps/")
                .members(MAP_DUMP, BPFTOOL_JSON, "bpf/map-dumps/*.json", ID)
                .folder(PROGRAM_DUMPS, "bpf/program-dumps/")
                .members(PROGRAM_DUMP, BPFTOOL_JSON, "bpf/program-dumps/*.json", ID)
                .folder(SERVICE_CONNTRACKS, "bpf/service-conntrack/")
                .members(SERVICE_CONNTRACK, BPFTOOL_JSON, "bpf/service-conntrack/*.json", ID);
    }

    private static void packets(BundleLayout.Builder table) {
        table.folder(PACKETS, "pcap/")
                .members(INTERFACES, TEXT, "pcap/links.*", "txt")
                .members(INTERFACES, JSON, "pcap/links.*", "json")
                .members(NODE_CAPTURE, Form.PACKETS, "pcap/*", "any" + ROTATION + CAPTURE)
                .members(DNS_CAPTURE, Form.PACKETS, "pcap/*", "dns" + ROTATION + CAPTURE)
                .members(SERVICE_CAPTURE, Form.PACKETS, "pcap/*", "service" + ROTATION + CAPTURE)
                .members(OTHER_CAPTURE, Form.PACKETS, "pcap/*", ".+" + CAPTURE)
                .members(CAPTURE_COUNTERS, TEXT, "pcap/*.stderr", ".+");
    }

    private static void network(BundleLayout.Builder table) {
        table.folder(NETWORK, "net/")
                .member(ADDRESSES, JSON, "net/addresses.json")
                .member(ROUTES, JSON, "net/routes.json")
                .member(ROUTING_RULES, JSON, "net/rules.json")
                .member(IPTABLES, TEXT, "net/iptables.txt")
                .member(IP6TABLES, TEXT, "net/ip6tables.txt")
                .member(IPTABLES_LEGACY, TEXT, "net/iptables-legacy.txt")
                .member(IP6TABLES_LEGACY, TEXT, "net/ip6tables-legacy.txt")
                .member(IPTABLES_NFT, TEXT, "net/iptables-nft.txt")
                .member(IP6TABLES_NFT, TEXT, "net/ip6tables-nft.txt")
                .member(IPTABLES_VARIANTS, TABLE, "net/iptables-variants.tsv")
                .member(LEGACY_TABLES, TABLE, "net/legacy-tables.tsv")
                .member(NFTABLES, TEXT, "net/nft.txt")
                .member(IPVS, TEXT, "net/ipvs.txt")
                .member(PROBE, TABLE, "net/probe.tsv")
                .member(SOCKETS, TEXT, "net/sockets.txt")
                .member(SOCKETS_OF_POD, TEXT, "net/sockets-pod.txt")
                .member(SOCKETS_OF_NAMESPACES, TEXT, "net/sockets-of-namespaces.txt");
    }

    private static void cluster(BundleLayout.Builder table) {
        table.folder(CILIUM, "cilium/")
                .member(AGENT_VERSION, TEXT, "cilium/version.txt")
                .member(AGENT_STATUS, JSON, "cilium/status.json")
                .member(AGENT_CONFIG, TEXT, "cilium/config.txt")
                .member(AGENT_SERVICES, JSON, "cilium/services.json")
                .member(AGENT_SERVICES_AFTER, JSON, "cilium/services-after.json")
                .member(AGENT_FRONTENDS, TEXT, "cilium/frontends.txt")
                .member(AGENT_FRONTENDS_AFTER, TEXT, "cilium/frontends-after.txt")
                .member(AGENT_METRICS, JSON, "cilium/metrics.json")
                .member(AGENT_METRICS_AFTER, JSON, "cilium/metrics-after.json")
                .member(AGENT_BPF_STATS, JSON, "cilium/bpf-stats.json")
                .member(AGENT_BPF_SERVICES, JSON, "cilium/lb-list.json")
                .member(AGENT_ENDPOINTS, JSON, "cilium/endpoints.json")
                .member(AGENT_MAPS, JSON, "cilium/maps.json")
                .member(AGENT_LOG, TEXT, "cilium/agent.log")
                .member(AGENT_EVENTS, TEXT, "cilium/agent-events.log")
                .folder(KUBERNETES, "kubernetes/")
                .member(KUBERNETES_SERVICES, JSON, "kubernetes/services.json")
                .member(KUBERNETES_SLICES, JSON, "kubernetes/endpointslices.json")
                .member(KUBERNETES_PODS, JSON, "kubernetes/pods.json")
                .member(KUBERNETES_NODE_CONFIGS, JSON, "kubernetes/ciliumnodeconfigs.json")
                .member(KUBERNETES_LOCAL_REDIRECTS, JSON, "kubernetes/ciliumlocalredirectpolicies.json")
                .member(KUBERNETES_ENVOY_CONFIGS, JSON, "kubernetes/ciliumenvoyconfigs.json")
                .member(KUBERNETES_CLUSTER_ENVOY_CONFIGS, JSON, "kubernetes/ciliumclusterwideenvoyconfigs.json");
    }
}
