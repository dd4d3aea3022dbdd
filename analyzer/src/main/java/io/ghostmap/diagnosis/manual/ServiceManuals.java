package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** Services that Kubernetes, the agent and the maps see differently, or whose settings explain what clients meet. */
public final class ServiceManuals {
    /** SLB-08. */
    public static final Manual DEAD_END = new Manual(
            Text.of(
                    "connect() to a service fails at once with EPERM (operation not permitted) or EHOSTUNREACH (no route to host), and a"
                            + " capture shows no packet at all. It is often mistaken for a network policy."),
            Text.of(
                    "The frontend is in the services map with a count of 0. The socket program refuses the connection before a SYN"
                            + " exists."),
            Text.of(
                    "The current services map has the frontend without a backend, the endpoint slices have ready ones, and the bundle"
                            + " does not have the agent's list. With that list, SLB-10 or SLB-11 says what is at fault."),
            List.of(
                    Text.of("A service without ready endpoints is a problem of the workload."),
                    Text.of("Frontends that a proxy serves, and wildcard entries, have a count of 0 by design."),
                    Text.of("A traffic policy Local without a backend on this node is as configured (SLB-19).")),
            List.of(
                    Reference.cilium(45184, "operation not permitted for a service without backends"),
                    Reference.cilium(34653, "the agent and the API server wait for each other"),
                    Reference.cilium(47378, "the address of a gateway is refused")));

    /** SLB-10. */
    public static final Manual AGENT_STATE = new Manual(
            Text.of(
                    "A service has ready pods, but connections to it are refused on some nodes, often after the API server was"
                            + " restarted. A restart of the agent helps."),
            Text.of(
                    "The agent lost an endpoint slice, or gave a backend to the wrong service. The maps follow the agent, so that they"
                            + " agree with each other, but both are wrong."),
            Text.of(
                    "The agent's own list has the frontend without an active backend, as the services map has, while the endpoint slices"
                            + " have ready endpoints. If the name of a second service begins with this one's and both share an endpoint, the"
                            + " finding says so: it is the sign of a known fault."),
            List.of(
                    Text.of("The list is the agent's own, not one that reads the map."),
                    Text.of("Slices and list are read at different moments.")),
            List.of(
                    Reference.cilium(
                            43619,
                            "a service whose name is the beginning of another's loses an endpoint that both have"),
                    Reference.cilium(
                            48050, "removals of slices are lost when the connection to the API server is renewed"),
                    Reference.cilium(48455, "a host port still belongs to a pod that was deleted")));

    /** SLB-11. */
    public static final Manual DRIFT = new Manual(
            Text.of("The agent lists the right backends of a service, but connections go to others, or to none."),
            Text.of(
                    "The agent could not write what it wants, or skipped it: a full map, an error in its reconciler, or a frontend that"
                            + " two services own. It tries again; until it succeeds, the map is outdated."),
            Text.of(
                    "A frontend's backends in the current services map differ from those in the agent's own list, and according to the list"
                            + " the frontend should be in the map."),
            List.of(
                    Text.of(
                            "List and map are read at different moments: a few differences are only worth knowing, unless a second"
                                    + " reading of the list shows that the agent has not changed."),
                    Text.of(
                            "From 1.19 on the list has frontends that are not programmed; their id is 0, and they are left out.")),
            List.of(
                    Reference.cilium(43358),
                    Reference.cilium(29967),
                    Reference.cilium(48919, "entries are left over when a part of an update fails")));

    /** SLB-13. */
    public static final Manual REMOTE_BACKEND = new Manual(
            Text.of(
                    "A global service of a cluster mesh fails now and then, after the other cluster was changed or removed."),
            Text.of(
                    "The agent keeps backends of a remote cluster until that cluster reports that they no longer exist. If the"
                            + " connection to it is lost, it cannot report that."),
            Text.of(
                    "The current maps have a backend with the id of another cluster, no slice of this cluster has it, and attempts to"
                            + " connect to it failed."),
            List.of(Text.of(
                    "Slices of other clusters are not in this one's API server, so there is no finding for a remote backend"
                            + " without a failed attempt.")),
            List.of(Reference.cilium(45441, "backends of a remote cluster stay"), Reference.cilium(45442)));

    /** SLB-14. */
    public static final Manual GONE_BACKEND = new Manual(
            Text.of(
                    "A share of the connections to a service fails, in proportion to the number of its pods that no longer exist."),
            Text.of(
                    "A backend stays among the slots that new connections choose after its pod was removed, or is marked as terminating"
                            + " or quarantined while it is in use."),
            Text.of(
                    "The current maps choose a backend that no endpoint slice of the service has. With failed attempts to it, the"
                            + " finding is a warning."),
            List.of(
                    Text.of(
                            "Maps and slices are read at different moments: without a failed attempt it is only worth knowing."),
                    Text.of("Backends that end are used on purpose if none is ready.")),
            List.of(
                    Reference.cilium(48271, "a backend stays in a wrong state"),
                    Reference.cilium(25863),
                    Reference.cilium(31840)));

    /** SLB-19. */
    public static final Manual TRAFFIC_POLICY = new Manual(
            Text.of(
                    "A service can be reached on some nodes, but is refused or does not answer on others. When its pods move, other"
                            + " nodes are affected."),
            Text.of(
                    "A traffic policy Local restricts a service to backends of the node that handles the connection. On a node without"
                            + " one, the frontend has a count of 0, and connections are refused or dropped."),
            Text.of(
                    "The service's policy is Local for this kind of address, and it has ready endpoints only on other nodes."),
            List.of(Text.of(
                    "It is working as configured. Only the policy that applies to the scope of the entry counts: the internal one"
                            + " for ClusterIPs, the external one for others.")),
            List.of(
                    Reference.cilium(11746),
                    Reference.cilium(
                            45252,
                            "load-balancer addresses with this policy are dropped if kube-proxy is not replaced"),
                    Reference.cilium(25434)));

    /** SLB-20. */
    public static final Manual REDIRECT_POLICY = new Manual(
            Text.of(
                    "Names are not resolved on one node, after a node-local cache was restarted or a redirect policy was created."),
            Text.of(
                    "A local redirect policy takes over the service's address and sends connections to a pod of the node. Without such a"
                            + " pod the frontend has no backend, although the service has some."),
            Text.of(
                    "The entry in the services map is marked as redirected and has no backend, but slices of the service have ready"
                            + " ones."),
            List.of(
                    Text.of(
                            "A redirected frontend with a local backend works as configured, whatever backends the service has.")),
            List.of(Reference.cilium(28918), Reference.cilium(30558), Reference.cilium(43454)));

    /** SLB-21. */
    public static final Manual EXTERNAL_IP = new Manual(
            Text.of(
                    "An external IP of a service can be reached from outside, but not from pods or nodes of the cluster."),
            Text.of(
                    "The socket program translates an external IP only if it is an address of the node or of the cluster. Otherwise"
                            + " every user who may create a service could take over connections to any address. The connection leaves with"
                            + " the external IP, and the owner of that address has to answer."),
            Text.of(
                    "Failed attempts of the node or its pods went to an address whose entry is marked as an external IP, which is not"
                            + " an address of this node, and {} is off.",
                    Term.option("disable-external-ip-mitigation")),
            List.of(Text.of("It is working as designed, and appears only if such attempts failed.")),
            List.of(Reference.cilium(11746)));

    /** SLB-23. */
    public static final Manual SOURCE_RANGE = new Manual(
            Text.of("A load balancer's address answers some clients outside the cluster, but not others."),
            Text.of(
                    "The service restricts the sources that may reach it from outside ({}). The program at the device drops the SYN of"
                            + " any other client.",
                    Term.option("loadBalancerSourceRanges")),
            Text.of("A SYN from outside got no answer at a frontend whose entry is marked to check sources, and the"
                    + " source-range map has no network of that service with the client in it; or has one, if the service denies"
                    + " those networks."),
            List.of(
                    Text.of("It is working as configured. Clients of the cluster are not checked at the socket."),
                    Text.of("Without a complete dump of the source-range map there is no finding.")),
            List.of(Reference.cilium(22658)));

    /** SLB-33. */
    public static final Manual WILDCARD = new Manual(
            Text.of(
                    "After an upgrade to 1.19, other ports of a node's own address are refused or do not answer: kubelet, SSH, metrics"
                            + " of the host."),
            Text.of(
                    "For each address of a load balancer or ingress the agent writes an entry for port 0 and protocol 0, which drops"
                            + " connections to ports that no service has. If the address is also one of the node's own, connections to"
                            + " its other ports are dropped as well."),
            Text.of(
                    "The current services map has an entry with port 0 and protocol 0 whose address is on an interface of this node."),
            List.of(
                    Text.of("For an address that no interface of this node has, the entry is right."),
                    Text.of(
                            "Without a failed attempt to another port of that address it is only worth knowing. An attempt to a port that"
                                    + " a service has is not counted.")),
            List.of(
                    Reference.cilium(43206),
                    Reference.cilium(44430),
                    Reference.cilium(46010),
                    Reference.cilium(46647)));

    /** SLB-34. */
    public static final Manual SHARED_KEY = new Manual(
            Text.of(
                    "Connections to a load balancer's address suddenly reach another workload, after a pod with a host port was started."),
            Text.of(
                    "Two services of the agent have one address, port, protocol and scope. The map has one entry for them: the one that"
                            + " was written last decides for both."),
            Text.of(
                    "The agent's own list has two programmed rows with one address, port, protocol and scope, of different services or"
                            + " with different backends."),
            List.of(
                    Text.of("Rows that the agent does not program (id 0) are left out."),
                    Text.of("Rows with the same service and backends are one frontend that is listed twice.")),
            List.of(Reference.cilium(44730, "a host port overwrites the frontend of a load balancer")));

    /** SLB-37. */
    public static final Manual SHARED_ID = new Manual(
            Text.of(
                    "Connections reach a healthy pod of another service. Every connection is answered, but with the wrong content."),
            Text.of(
                    "Each service port has an id, with which answers are translated back and sessions are kept. If two services get one"
                            + " id, sessions of one go to backends of the other, and answers have the other's address."),
            Text.of(
                    "Two frontends of the current services map have one id, belong to different services according to Kubernetes or"
                            + " the agent, and the slots of one have backends of the other."),
            List.of(
                    Text.of("The entries of one frontend in both scopes share an id on purpose."),
                    Text.of("Frontends of one service, and services without a known name, are not compared.")),
            List.of(
                    Reference.cilium(34411, "ids of services are in conflict"),
                    Reference.of("projectcalico/calico", 13279, "two services share an id of the NAT tables")));

    private ServiceManuals() {}
}
