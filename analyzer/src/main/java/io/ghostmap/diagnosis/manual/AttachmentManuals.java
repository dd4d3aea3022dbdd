package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** Programs that are attached where they should not be, or not where they should. */
public final class AttachmentManuals {
    /** SLB-04. */
    public static final Manual WRONG_CGROUP = new Manual(
            Text.of(
                    "No service address can be reached from the host, or from all pods of a node, ever since it started. Backends can be"
                            + " reached directly. The agent's status says that socket load balancing is enabled."),
            Text.of(
                    "The programs are attached, but not to a cgroup of the clients: below the root, in another cgroup namespace, or"
                            + " on a cgroup that was removed. The agent updates a link that it finds through its pin and never checks to"
                            + " which cgroup that link belongs."),
            Text.of(
                    "SYNs leave with the service's own address and get no answer, while no program of the load balancer runs at the"
                            + " root of the cgroup tree."),
            List.of(
                    Text.of(
                            "With {} it is intended that the programs at the devices translate connections of pods (SLB-18).",
                            Term.option("bpf-lb-sock-hostns-only")),
                    Text.of(
                            "An answer to a service's own address shows that packets are translated one by one: then nothing is wrong."),
                    Text.of(
                            "A collector in a cgroup namespace sees a part of the tree; the finding lists that as another cause.")),
            List.of(
                    Reference.cilium(48420, "pinned links stay on a cgroup that is not the root; the health is green"),
                    Reference.cilium(
                            27848,
                            "the programs are attached below kubepods, because of the order in which containers start"),
                    Reference.cilium(15137),
                    Reference.cilium(
                            44324, "pods in the host's network cannot reach ClusterIPs; the cause was not found"),
                    Reference.of("projectcalico/calico", 5852)));

    /** SLB-05. */
    public static final Manual NEVER_ATTACHED = new Manual(
            Text.of(
                    "Socket load balancing is configured, and service addresses cannot be reached from the host. The agent may log"
                            + " errors about a link or a cgroup when it starts."),
            Text.of(
                    "The agent could not attach its programs, or a combination of options makes it skip them: {} without the"
                            + " replacement of kube-proxy did so in 1.18.",
                    Term.option("bpf-lb-sock-hostns-only")),
            Text.of(
                    "The cgroup tree was captured and lists no program of the load balancer at any cgroup, and the agent says that socket"
                            + " load balancing is on, or connections failed that left with the service's own address."),
            List.of(
                    Text.of("If the feature is off, nothing is missing."),
                    Text.of("Without the cgroup tree, a missing program proves nothing.")),
            List.of(
                    Reference.cilium(
                            36789, "a pinned link cannot be read when the agent starts; the node has to be restarted"),
                    Reference.cilium(42659, "no cgroup programs with socket load balancing only for the host")));

    /** SLB-06. */
    public static final Manual FOREIGN_PROGRAM = new Manual(
            Text.of(
                    "connect() fails with EPERM, or connections go to an address that no service has, after another product was installed"
                            + " or removed on the node."),
            Text.of(
                    "All programs of a hook run, one after the other, and each sees the address that the one before it wrote. A program of another"
                            + " product can rewrite the address before Cilium sees it, or refuse the connection."),
            Text.of(
                    "Failed attempts went to an address that no map, no slice and no rule of the node explains, and a program that is not"
                            + " the load balancer's runs at the hook. Its name, its maps and its pins show to which product it belongs."),
            List.of(
                    Text.of(
                            "A program that only observes always lets connections pass. Metadata does not show that: only a program that is"
                                    + " known to translate, by its name or its maps, is called likely, any other a suspect."),
                    Text.of(
                            "For a mere suspect only addresses near those of backends count: others are mostly what the client asked for.")),
            List.of(
                    Reference.cilium(43877, "the agent detaches programs of other products"),
                    Reference.of("merbridge/merbridge", 357),
                    Reference.of("grafana/beyla", 2691)));

    /** SLB-07. */
    public static final Manual DUPLICATE_DEVICE_PROGRAMS = new Manual(
            Text.of(
                    "Connections from pods, or from outside, go to backends that no longer exist, or are dropped. A restart of the agent"
                            + " does not help."),
            Text.of(
                    "A device has two programs of the load balancer in one direction. The agent finds no pin of the older link, as"
                            + " with a second mount of the BPF file system, and attaches another one. The older runs first and reads maps"
                            + " that are no longer written."),
            Text.of(
                    "The list of device programs has two of one name at one direction of one device, with different ids."),
            List.of(
                    Text.of("Programs of different names share a hook on purpose."),
                    Text.of(
                            "The finding is critical only if the older program reads a stale map and connections fail.")),
            List.of(
                    Reference.cilium(44194, "the health is OK while old programs at devices serve"),
                    Reference.cilium(
                            47847, "two tcx programs at a device, because of a second mount of the BPF file system"),
                    Reference.cilium(39452)));

    /** SLB-18. */
    public static final Manual HOST_NETWORK_ONLY = new Manual(
            Text.of("A capture on a pod's device shows SYNs to ClusterIPs, as if nothing were translated."),
            Text.of(
                    "With {} the socket programs do not translate connections of pods. The program at the pod's device translates their"
                            + " packets instead. Service meshes, sandboxed containers and virtual machines need that.",
                    Term.option("bpf-lb-sock-hostns-only")),
            Text.of(
                    "The agent's configuration has the option, and failing attempts of pods went to a service's own address."),
            List.of(Text.of(
                    "It is working as configured. The finding says that the missing translation at the socket is not the cause: look"
                            + " at the program at the device.")),
            List.of(Reference.cilium(16583), Reference.cilium(17738), Reference.cilium(28304)));

    /** SLB-26. */
    public static final Manual LEFTOVER_PROGRAMS = new Manual(
            Text.of(
                    "Socket load balancing was switched off, or a CNI was replaced, and services fail on nodes that were not"
                            + " rebooted."),
            Text.of(
                    "Programs at cgroups outlive the process that attached them. An agent that runs without socket load balancing"
                            + " does not update the maps that they read, so that connections go to the backends of that time."),
            Text.of(
                    "Configuration or status says that socket load balancing is off, and but programs of the load balancer are attached to"
                            + " a cgroup. Failed attempts to backends that Kubernetes no longer has make it critical."),
            List.of(
                    Text.of(
                            "If configuration and status contradict each other, or neither is in the bundle, there is no finding."),
                    Text.of("The programs of another Cilium on the same kernel are not leftovers (SLB-30).")),
            List.of(Reference.cilium(8036), Reference.cilium(10067), Reference.cilium(17292), Reference.cilium(27715)));

    /** SLB-36. */
    public static final Manual SOCKET_REDIRECTION = new Manual(
            Text.of("Connections are established, but then no data arrives. Both ends are on this node."),
            Text.of(
                    "A sock_ops program at a cgroup notes the sockets of new connections in a sockhash or sockmap, and an sk_msg or"
                            + " sk_skb program passes data from one socket to the other, which bypasses the network stack. Earlier releases"
                            + " of Cilium had that ({}); other products have it today. Leftovers of an earlier installation continue to do it.",
                    Term.option("sockops-enable")),
            Text.of(
                    "A program of the type sock_ops, sk_msg or sk_skb has a map of the type sockhash or sockmap. The names of Cilium's own programs and maps make it a leftover of Cilium."),
            List.of(
                    Text.of("Several products use it on purpose, so this is never more than worth knowing."),
                    Text.of("Several products use it on purpose, so this is never more than worth knowing."),
                    Text.of(
                            "sock_ops programs without such a map, for example to set options of a connection, redirect nothing and do not count."),
                    Text.of("The handshake is not affected: a SYN without an answer has another cause.")),
            List.of());

    /** SLB-38. */
    public static final Manual CONFIGURATION = new Manual(
            Text.of(
                    "The ConfigMap says that a feature is off, but it runs; or the other way round. Advice that is based on the"
                            + " configuration does not help."),
            Text.of(
                    "Options depend on each other: with the replacement of kube-proxy on, socket load balancing is on, whatever {} says."
                            + " A ConfigMap that was changed takes effect when the agent starts the next time, and a CiliumNodeConfig can"
                            + " override it for one node.",
                    Term.option("bpf-lb-sock: \"false\"")),
            Text.of(
                    "The agent's configuration and its status have different values for one feature; or socket load"
                            + " balancing is off by its own option while kube-proxy is replaced, but its programs are attached."),
            List.of(
                    Text.of("Neither is called right: the attached programs decide, and the report replays them."),
                    Text.of(
                            "SLB-26 reports programs that are attached although both options are off, and SLB-01 reports older maps."),
                    Text.of("An option that the bundle does not show contradicts nothing.")),
            List.of(Reference.cilium(47417, "the ConfigMap turns socket load balancing off, but it is on")));

    private AttachmentManuals() {}
}
