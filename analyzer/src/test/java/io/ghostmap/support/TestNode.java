package io.ghostmap.support;

import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node as a test describes it, written as the bundle that the collector would have made of it:
 *
 * <pre>{@code
 * node().generation("old").serves(VIP, "10.0.1.1:80").runs(109)
 *         .generation("new").pinned().serves(VIP, "10.0.2.2:80").runs(160)
 *         .sees(attempt("10.0.0.7", "10.0.1.1:80").unanswered())
 *         .write(folder)
 * }</pre>
 *
 * <p>What is said after {@link #generation} belongs to that generation, what is said after {@link #at} to that cgroup,
 * until another one is named. Programs run in the order in which they are attached. What a test does not say is not in
 * the bundle.
 */
public final class TestNode {
    private static final String HOST_NETWORK_ONLY = "BPFSocketLBHostnsOnly";

    /** Where cgroups are mounted. */
    public static final String ROOT = "/sys/fs/cgroup";

    /** A cgroup of a pod. */
    public static final String POD = ROOT + "/kubepods.slice/pod1";

    /** Where the agent keeps its maps. */
    public static final String AGENT_PINS = "/sys/fs/bpf/tc/globals";

    /** Of the node's own network namespace, in the order of their indices: two pods' devices, and the way out. */
    public static final List<String> DEVICES = List.of("lxc0", "eth0", "lxc1");

    /** The address of the node, at eth0. */
    public static final String ADDRESS = "192.168.61.17";

    private static final int FIRST_DEVICE = 2;

    private static final String AGENT_LINKS = "/sys/fs/bpf/cilium/socketlb/links/cgroup/";
    private static final int MAPS_OF_A_GENERATION = 100;

    private final NodeBundle bundle = new NodeBundle();
    private final Map<String, TestGeneration> generations = new LinkedHashMap<>();
    private final List<Runnable> programs = new ArrayList<>();
    private final List<String> holders = new ArrayList<>();
    private final List<String> agentList = new ArrayList<>();
    private final List<String> agentServices = new ArrayList<>();
    private boolean configured = true;
    private final List<String> config = new ArrayList<>();
    private final List<String> sockets = new ArrayList<>();
    private final List<String> tc = new ArrayList<>();
    private final KubernetesObjects kubernetes = new KubernetesObjects();
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private String generation = "";
    private String cgroup = ROOT;

    private TestNode() {}

    public static TestNode node() {
        return new TestNode();
    }

    // ---- generations of maps --------------------------------------------------------------------------

    /** What follows belongs to that generation; the ids of the first one's maps start at 100, those of the next at 200. */
    public TestNode generation(String name) {
        return generation(name, MAPS_OF_A_GENERATION * (generations.size() + 1));
    }

    /** The same, with the id of its first map: the services of IPv4, then backends and reverse_sk of IPv4. */
    public TestNode generation(String name, int firstMap) {
        generations.computeIfAbsent(name, n -> new TestGeneration(firstMap));
        generation = name;
        return this;
    }

    private TestNode generation(Consumer<TestGeneration> change) {
        change.accept(current());
        return this;
    }

    private TestGeneration current() {
        return generations.computeIfAbsent(generation, name -> new TestGeneration(MAPS_OF_A_GENERATION));
    }

    /** The release (1.x) whose shapes its maps have; without it they have those of 1.18 and later, and nothing shows which. */
    public TestNode release(int minor) {
        return generation(g -> g.release(minor));
    }

    /** Its maps are pinned where the agent keeps them, which makes it the current one. */
    public TestNode pinned() {
        return pinned(AGENT_PINS);
    }

    public TestNode pinned(String folder) {
        return generation(g -> g.pinnedIn(folder));
    }

    /** The kernel lists its maps without names, as those of Cilium up to 1.11. */
    public TestNode nameless() {
        return generation(TestGeneration::nameless);
    }

    /** That process of an agent holds its maps open. */
    public TestNode heldByAgent(int process) {
        return generation(g -> programs.add(() ->
                g.mapIds().forEach(map -> holders.add("%d\tcilium-agent\t9\tmap\t%d".formatted(process, map)))));
    }

    /** A frontend with one slot for each backend. */
    public TestNode serves(String frontend, String... backends) {
        return serves(TestService.service(frontend).to(backends));
    }

    public TestNode serves(TestService service) {
        return generation(g -> g.serves(service));
    }

    /** A backend with an id of the test's choice; those that services name get the next free ones. */
    public TestNode backend(int id, String endpoint) {
        return backend(id, endpoint, 0);
    }

    /** The same in a state: 1 terminating, 2 quarantined, 3 in maintenance. */
    public TestNode backend(int id, String endpoint, int state) {
        return generation(g -> g.backend(id, endpoint, state));
    }

    /** {@code 10.0.0.0/8} and its identity in the ipcache: 1 is this node's, 2 the world's, 6 a remote node's. */
    public TestNode knows(String network, int identity) {
        String[] parts = network.split("/", 2);
        return generation(g -> g.knows(parts[0], Integer.parseInt(parts[1]), identity));
    }

    /** A session of session affinity, by the service's id of reverse translation. */
    public TestNode remembers(int revNatId, long netnsCookie, String backend, long lastUsed) {
        return generation(g -> g.remembers(revNatId, netnsCookie, backend, lastUsed));
    }

    /** Any row of any map of this generation: conntrack, endpoints, NAT and others. */
    public TestNode holds(MapRow row) {
        return generation(g -> g.row(row));
    }

    /** That map exists in this generation, even without a row. */
    public TestNode has(String map) {
        return generation(g -> g.map(map));
    }

    /** The id of a map of this generation, by its full name. */
    public int mapId(String map) {
        return current().idOf(map);
    }

    // ---- programs and hooks ---------------------------------------------------------------------------

    /** A program of this generation at connect4, attached to the cgroup that was named last. */
    public TestNode runs(int program) {
        return runs(program, AttachType.CONNECT4);
    }

    public TestNode runs(int program, AttachType hook) {
        return loads(program, hook).attach(hook, program);
    }

    /** A program of this generation for connect4, attached nowhere yet. */
    public TestNode loads(int program) {
        return loads(program, AttachType.CONNECT4);
    }

    public TestNode loads(int program, AttachType hook) {
        return generation(g -> {
            if (hook.translatesBack()) {
                g.reverseSk(hook.shortName());
            }
            programs.add(() -> bundle.program(
                    program,
                    g.programName(hook.shortName()),
                    g.readAt(hook.shortName()).toArray(Integer[]::new)));
        });
    }

    /** A program of this generation's release over maps of the test's choice. */
    public TestNode loadsOver(int program, AttachType hook, Integer... maps) {
        return generation(g -> programs.add(() -> bundle.program(program, g.programName(hook.shortName()), maps)));
    }

    /** A program of whatever name and maps. */
    public TestNode program(int id, String name, Integer... maps) {
        bundle.program(id, name, maps);
        return this;
    }

    /** A program of another type than those at socket hooks, as bpftool spells it. */
    public TestNode programOf(String type, int id, String name, Integer... maps) {
        bundle.programOf(type, id, name, maps);
        return this;
    }

    /** From here on hooks are those of that cgroup. */
    public TestNode at(String directory) {
        cgroup = directory;
        return this;
    }

    /** Attaches programs one after another, without a link. */
    public TestNode attach(AttachType hook, int... ids) {
        return attach("multi", hook, ids);
    }

    /** The same with bpftool's word for the flags: {@code multi}, {@code override}, or none for an exclusive one. */
    public TestNode attach(String flags, AttachType hook, int... ids) {
        for (int id : ids) {
            bundle.attach(cgroup, id, spelled(hook), flags);
        }
        return this;
    }

    public TestNode link(int id, AttachType hook, int program) {
        return link(id, hook, program, "");
    }

    /** A link that is pinned where the agent keeps its own. */
    public TestNode pinnedLink(int id, AttachType hook, int program) {
        return link(id, hook, program, AGENT_LINKS + "cil_" + sock(hook));
    }

    public TestNode link(int id, AttachType hook, int program, String pin) {
        bundle.link(id, program, cgroup, spelled(hook), pin);
        return this;
    }

    /** What the kernel itself says of the order ({@code bpftool cgroup show … effective}). */
    public TestNode kernelRuns(AttachType hook, Integer... ids) {
        bundle.effective(cgroup, spelled(hook), ids);
        return this;
    }

    /** A program at a device: {@code clsact/ingress}, {@code tcx/egress} and the like. */
    public TestNode tc(String device, String kind, int program, String name) {
        tc.add("{\"devname\":\"%s\",\"ifindex\":%d,\"kind\":\"%s\",\"name\":\"%s\",\"id\":%d}"
                .formatted(device, 2 + tc.size(), kind, name, program));
        return this;
    }

    private static String sock(AttachType hook) {
        String name = hook.shortName();
        return "sock" + name.charAt(name.length() - 1) + "_" + name.substring(0, name.length() - 1);
    }

    /** As bpftool 7 spells it. */
    private static String spelled(AttachType hook) {
        if (hook == AttachType.SOCK_RELEASE) {
            return "cgroup_inet_sock_release";
        }
        String name = hook.shortName();
        String family = name.substring(name.length() - 1);
        String verb = name.substring(0, name.length() - 1);
        return (verb.endsWith("msg") ? "cgroup_udp" : "cgroup_inet") + family + "_" + verb;
    }

    // ---- what the agent and Kubernetes say ------------------------------------------------------------

    /** An entry of {@code cilium-dbg bpf lb list}. */
    public TestNode agentLists(String frontend, String... backends) {
        agentList.add("\"%s/TCP (1)\":[%s]"
                .formatted(
                        frontend,
                        Stream.of(backends)
                                .map(backend -> "\"%s/TCP (408) (1)\"".formatted(backend))
                                .collect(Collectors.joining(","))));
        return this;
    }

    /** An entry of {@code cilium-dbg service list}, by the agent's id of the service. */
    public TestNode agentServes(int id, String frontend, String... backends) {
        agentServices.add("{\"spec\":{\"id\":%d,\"frontend-address\":%s,\"backend-addresses\":[%s]}}"
                .formatted(
                        id,
                        agentAddress(frontend, "\"scope\":\"external\""),
                        Stream.of(backends)
                                .map(backend -> agentAddress(backend, "\"state\":\"active\""))
                                .collect(Collectors.joining(","))));
        return this;
    }

    private static String agentAddress(String endpoint, String more) {
        Endpoint parsed = Addresses.endpoint(endpoint);
        return "{\"ip\":\"%s\",\"port\":%d,\"protocol\":\"TCP\",%s}".formatted(parsed.address(), parsed.port(), more);
    }

    /** Nothing says how the agent is configured; otherwise it has its defaults where a test does not say otherwise. */
    public TestNode unconfigured() {
        configured = false;
        return this;
    }

    /** A line of {@code cilium-dbg config -a}. */
    public TestNode config(String name, Object value) {
        config.add("%-34s: %s".formatted(name, value));
        return this;
    }

    /** Kubernetes wants a ready backend at that frontend, and the agent's list has it. */
    public TestNode wantedAt(String frontend, String backend) {
        Endpoint endpoint = Addresses.endpoint(backend);
        return agentServes(408, frontend, backend)
                .kubernetes(objects -> objects.service("shop/cart", frontend, endpoint.port())
                        .ready(endpoint.address().toString()));
    }

    /** What the API server says: services with their slices, and the node's pods. */
    public TestNode kubernetes(Consumer<KubernetesObjects> objects) {
        objects.accept(kubernetes);
        return this;
    }

    // ---- the rest of the node -------------------------------------------------------------------------

    /** Numbers are stored with the high byte first, as on s390x. */
    public TestNode bigEndian() {
        order = ByteOrder.BIG_ENDIAN;
        return text("node/uname.txt", "Linux worker-7 6.8.0 #1 SMP s390x GNU/Linux\n");
    }

    public TestNode kernel(String release) {
        return text("node/uname.txt", "Linux worker-7 " + release + " #1 SMP x86_64 GNU/Linux\n");
    }

    /** A socket of the node's own network namespace as {@code ss -e} lists it. */
    public TestNode socket(String protocol, String local, String remote, long cookie) {
        sockets.add("%s ESTAB 0 0 %s %s ino:%d sk:%x <->".formatted(protocol, local, remote, 9000 + cookie, cookie));
        return this;
    }

    /** The functions that a program's instructions call. */
    public TestNode calls(int program, String... functions) {
        return text(
                "bpf/program-dumps/" + program + ".json",
                Stream.of(functions)
                        .map(function -> "{\"disasm\":\"(85) call " + function + "#4242\"}")
                        .collect(Collectors.joining(",", "[", ",{\"disasm\":\"(95) exit\"}]")));
    }

    public TestNode capture(PcapFile pcap) {
        bundle.capture(pcap);
        return this;
    }

    static int index(String device) {
        return FIRST_DEVICE + DEVICES.indexOf(device);
    }

    /** What {@code ip -j address} prints of {@link #DEVICES}. */
    public TestNode interfaces() {
        return text(
                "net/addresses.json",
                DEVICES.stream()
                        .map(device -> device.startsWith("lxc")
                                ? "{\"ifname\":\"%s\",\"link_netnsid\":1,\"addr_info\":[]}".formatted(device)
                                : "{\"ifname\":\"%s\",\"addr_info\":[{\"local\":\"%s\",\"scope\":\"global\"}]}"
                                        .formatted(device, ADDRESS))
                        .collect(Collectors.joining(",", "[", "]")));
    }

    /** What the capture on all interfaces has: the attempts one after another. */
    public TestNode sees(Attempt... attempts) {
        PcapFile pcap = PcapFile.cooked();
        for (Attempt attempt : attempts) {
            attempt.write(pcap);
        }
        return capture(pcap);
    }

    /** Instead of that map's dump, what bpftool says when it fails. */
    public TestNode undumped(int map) {
        return text("bpf/map-dumps/" + map + ".json", "{\"error\":\"get map by id: No such file or directory\"}");
    }

    /** A map of whatever name and size. */
    public TestNode map(int id, String type, String name, int keyBytes, int valueBytes, String pin) {
        bundle.map(id, type, name, keyBytes, valueBytes, pin);
        return this;
    }

    /** Bytes in hexadecimal, for tests of what bytes mean. */
    public TestNode row(int map, String key, String value) {
        bundle.row(map, Addresses.hex(key), Addresses.hex(value));
        return this;
    }

    /** A file of the bundle as it is, instead of what the description would put there. */
    public TestNode text(String path, String content) {
        bundle.text(path, content);
        return this;
    }

    public Path write(Path folder) {
        generations.values().forEach(g -> g.write(bundle, order));
        programs.forEach(Runnable::run);
        list("bpf/holders.tsv", holders, "#pid\tcomm\tfd\tkind\tid\n", "\n", "\n");
        list("cilium/lb-list.json", agentList, "{", ",", "}");
        list("cilium/services.json", agentServices, "[", ",", "]");
        if (configured && config.stream().noneMatch(line -> line.startsWith(HOST_NETWORK_ONLY))) {
            config(HOST_NETWORK_ONLY, false);
        }
        list("cilium/config.txt", config, "#### Read-only configurations ####\n", "\n", "\n");
        list("net/sockets.txt", sockets, "", "\n", "\n");
        list("bpf/before/net.json", tc, "[{\"xdp\":[],\"tc\":[", ",", "],\"flow_dissector\":[]}]");
        kubernetes.files().forEach(bundle::textIfAbsent);
        return bundle.write(folder);
    }

    private void list(String path, List<String> entries, String before, String between, String after) {
        if (!entries.isEmpty()) {
            bundle.textIfAbsent(path, before + String.join(between, entries) + after);
        }
    }
}
