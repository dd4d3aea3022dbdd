package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Text;
import java.util.List;

/** What single connections meet on the node, and who else can be at fault. */
public final class ConnectionManuals {
    /** SLB-15. */
    public static final Manual STALE_CONNTRACK = new Manual(
            Text.of(
                    "A few connections of a client time out, but others to the same service work. The client reuses its source ports."),
            Text.of(
                    "The program at the device notes the backend of a connection in conntrack. A SYN with the same addresses and ports"
                            + " finds that entry, and goes to a backend that no longer exists or is dropped."),
            Text.of(
                    "Conntrack has a service entry with exactly the client's port and the service's address, the id of the backend in it"
                            + " is not in the backends map, and the attempt failed."),
            List.of(
                    Text.of("Clients whose sockets are translated do not pass conntrack of services."),
                    Text.of("Entries are read after the attempt: an entry of a later connection has another backend.")),
            List.of(Reference.cilium(32472), Reference.cilium(43769), Reference.cilium(45863)));

    /** SLB-16. */
    public static final Manual PINNED_SOCKET = new Manual(
            Text.of(
                    "An application keeps failing after a rollout of its server, while new processes on the same node work. Restarting"
                            + " the client helps. DNS clients that keep one UDP socket are typical."),
            Text.of(
                    "The address is translated once, when the socket connects. A socket that stays open keeps the backend of that moment,"
                            + " for UDP without any sign that it no longer exists."),
            Text.of(
                    "A socket is connected to an address that no backends map of any generation has, and a reverse_sk entry with the"
                            + " socket's cookie shows the service that it had asked for."),
            List.of(
                    Text.of("An address that an endpoint slice still has, in any state, is not a removed backend."),
                    Text.of(
                            "Stale maps (SLB-01) send new connections to such addresses as well; here, new connections are right.")),
            List.of(
                    Reference.cilium(12859),
                    Reference.cilium(25169),
                    Reference.cilium(48096, "sockets to backends that no longer exist")));

    /** SLB-24. */
    public static final Manual LOST_ON_NODE = new Manual(
            Text.of(
                    "Connections of some pods time out. It makes no difference whether they connect to a service or to a backend."),
            Text.of(
                    "The program at the pod's device drops the packet: a network policy does not allow it, an identity is wrong or not"
                            + " in the policy map, or the ipcache lacks the other side."),
            Text.of(
                    "The SYN came in through the device of a pod, but was not seen to leave through any, although other packets were."),
            List.of(
                    Text.of("The capture has to have the names of devices, and packets that leave."),
                    Text.of(
                            "A service without backends, a stale entry of conntrack and programs that are attached twice lose packets in"
                                    + " the same way, and have rules of their own.")),
            List.of(
                    Reference.cilium(29571),
                    Reference.cilium(38998, "a policy map is empty after a failed regeneration"),
                    Reference.cilium(33772)));

    /** SLB-25. */
    public static final Manual KUBE_PROXY = new Manual(
            Text.of(
                    "Cilium replaces kube-proxy, but on nodes that had kube-proxy before, a service has pods that no longer exist."),
            Text.of(
                    "Rules of kube-proxy stay in netfilter or IPVS when it ends. They translate every connection that Cilium does not"
                            + " translate at the socket, to the backends of the moment when kube-proxy ended. Two variants of iptables have"
                            + " separate tables."),
            Text.of(
                    "A rule of kube-proxy sends a service's address to a backend that no endpoint slice has. Failed attempts to it make the"
                            + " finding more than worth knowing."),
            List.of(
                    Text.of("All slices have to be in the bundle, so that a backend which they lack no longer exists."),
                    Text.of(
                            "A running kube-proxy needs a moment after each change: without a failed attempt a rule is only worth"
                                    + " knowing.")),
            List.of(
                    Reference.of("kubernetes/kubernetes", 119265),
                    Reference.cilium(27982, "services work again after a reboot, which loses the evidence")));

    /** SLB-28. */
    public static final Manual SILENT_BACKEND = new Manual(
            Text.of("Connections to a service time out or are refused, and the load balancer is suspected."),
            Text.of(
                    "The load balancer does what it should, and the backend does not answer: its process does not listen, its node is"
                            + " down, or the path to it is broken."),
            Text.of(
                    "Attempts to a backend of the current maps failed, and slices and the agent's list have that backend as well."),
            List.of(
                    Text.of("Silence counts only if the capture could have shown an answer."),
                    Text.of("Without slices or the agent's list, the maps are not called right."),
                    Text.of("If a stale program sends connections to the same address, the node is not acquitted.")),
            List.of());

    /** SLB-29. */
    public static final Manual RETURN_PATH = new Manual(
            Text.of("The server gets the SYN and answers, but the client times out."),
            Text.of(
                    "The answer takes another path than the SYN, or is dropped on its path because the connection is not known there: by a"
                            + " firewall, a reverse path filter or a policy."),
            Text.of(
                    "A SYN-ACK was captured, the client sent its SYN again after it, and none of the client's attempts succeeded. If the"
                            + " answer was seen to leave toward the client, it is lost beyond this node."),
            List.of(
                    Text.of(
                            "Any network sometimes loses an answer: at least two have to be lost, and no attempt of that client may have"
                                    + " succeeded."),
                    Text.of("The capture has to show where other answers leave.")),
            List.of(Reference.cilium(39452)));

    /** SLB-32. */
    public static final Manual TAKEN_NODE_PORT = new Manual(
            Text.of("A small share of the connections from pods to the outside times out, without any pattern."),
            Text.of(
                    "Masquerading chose a source port that is a NodePort. The answer comes to the node's address and that port, and is"
                            + " treated as a connection to the service."),
            Text.of(
                    "The masqueraded SYN of a failed attempt has a source port that the current maps or Kubernetes have as a NodePort of"
                            + " this node."),
            List.of(Text.of(
                    "Masquerading cannot choose ports that are reserved or outside of the range for outgoing connections: the finding"
                            + " says how to check that.")),
            List.of(Reference.cilium(33723), Reference.cilium(16827), Reference.cilium(23604)));

    /** SLB-35. */
    public static final Manual UNTRANSLATED_ANSWER = new Manual(
            Text.of(
                    "The client gets an answer from an address to which it did not connect, and resets the connection."),
            Text.of(
                    "The SYN to the backend is translated, but the answer is not: the entry of the connection or of reverse NAT is missing,"
                            + " or the answer passes a device whose program does not translate it."),
            Text.of(
                    "The SYN-ACK was captured where the client is, with the backend's address instead of the service's, while the SYN was"
                            + " translated."),
            List.of(Text.of("An answer that also reached the client with the service's address is right.")),
            List.of(Reference.cilium(48459), Reference.cilium(48178), Reference.cilium(22659)));

    private ConnectionManuals() {}
}
