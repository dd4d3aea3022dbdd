package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Text;
import java.util.List;

/** Programs and maps of an earlier agent, of another one, and a status that notices nothing. */
public final class StaleManuals {
    /** SLB-01. */
    public static final Manual ORPHANED_PROGRAM = new Manual(
            Text.of(
                    "A service fails from one node only. Everything that Kubernetes and the agent print is right, restarts of the"
                            + " agent do not help, and a reboot of the node does."),
            Text.of(
                    "A program of an earlier agent is still attached to a cgroup, and the current one was attached after it. The"
                            + " kernel runs both in the order of attachment. The older one translates the address with maps that are no"
                            + " longer written; the current one then sees an address that is not a service's and passes it unchanged."),
            Text.of(
                    "Two programs of one kind run at a hook, and the first reads a services or backends map that is not the current"
                            + " one. A replayed connection goes to another destination than with the current maps alone. SYNs to a backend"
                            + " that only the older maps have, or a reverse_sk entry of the older program for a socket of the node, prove"
                            + " that it happens."),
            List.of(
                    Text.of("Programs that read the same maps are not two generations, whatever order they run in."),
                    Text.of("Another Cilium on the same kernel has a part of the cgroup tree of its own (SLB-30)."),
                    Text.of(
                            "Rules of kube-proxy can send connections to the same wrong address: if the bundle has the rules, the"
                                    + " finding says whether they do."),
                    Text.of("Without a packet that shows it, the finding is a warning and not critical.")),
            List.of(
                    Reference.cilium(
                            46065,
                            "the detach of an orphaned link fails with ENOENT and is repeated every few seconds"),
                    Reference.cilium(45077, "a host loses its connections for minutes after a restart of the agent")));

    /** SLB-02. */
    public static final Manual STALE_GENERATION = new Manual(
            Text.of(
                    "Maps of a load balancer appear twice in a list of the kernel's maps, one of them without a pin, and memory stays"
                            + " in use after an upgrade or a change of a map's size."),
            Text.of(
                    "An agent that finds a pinned map with another size, type or flags than it wants removes the pin and creates a"
                            + " new map. The old one, with the services of that moment, stays as long as a program, a pin or a process"
                            + " refers to it."),
            Text.of(
                    "Two maps have one role, only one of them counts as current, and a program or another holder refers to the other."
                            + " The finding says what keeps it, and whether a running program reads it."),
            List.of(
                    Text.of(
                            "A name is cut to 15 characters, so that several kinds of map share one. A map's role is decided by its"
                                    + " layout, its contents and its readers."),
                    Text.of(
                            "Which map is current is decided by several signs (pins, the agent's open files, its own list); if they"
                                    + " contradict each other, none is called stale.")),
            List.of(
                    Reference.cilium(31069, "the size of load-balancing maps cannot be changed gracefully"),
                    Reference.cilium(28742, "maps should not be recreated without being asked for"),
                    Reference.cilium(45196, "the pinned ipcache is empty while an unpinned one is in use"),
                    Reference.of(
                            "aws/aws-network-policy-agent",
                            514,
                            "an attached program reads a map that the agent no longer writes")));

    /** SLB-30. */
    public static final Manual SECOND_CILIUM = new Manual(
            Text.of("A list of the kernel's programs and maps shows everything twice, and nothing fails."),
            Text.of(
                    "The nodes of a kind cluster, and nested clusters, share one kernel. Its lists of BPF objects are global: each"
                            + " node sees those of all."),
            Text.of(
                    "A second set of programs reads maps that have nothing in common with those of this node, and is attached in"
                            + " another part of the cgroup tree."),
            List.of(
                    Text.of(
                            "If a captured SYN went to an address that only the other set has, it is not called separate."),
                    Text.of(
                            "A leftover of this node's own Cilium in an unused cgroup looks the same; the finding says how to distinguish them.")),
            List.of(Reference.cilium(16078), Reference.cilium(25479)));

    /** SLB-31. */
    public static final Manual HEALTHY_STATUS = new Manual(
            Text.of(
                    "The agent's status says that everything is in order and that socket load balancing is enabled, but connections"
                            + " fail."),
            Text.of(
                    "The agent reports what it was configured to do and whether its own controllers succeed. It does not ask the"
                            + " kernel which programs run at a hook, in which order, and which maps they read."),
            Text.of(
                    "The captured status says that socket load balancing or the replacement of kube-proxy is on, and SLB-01, SLB-04,"
                            + " SLB-05 or SLB-07 finds in the same bundle that programs are stale, on the wrong cgroup, missing or attached"
                            + " twice."),
            List.of(
                    Text.of(
                            "It is not a cause. It explains why the status does not help, and appears only with one of these findings.")),
            List.of(
                    Reference.cilium(44194, "the health is OK while old programs at devices serve"),
                    Reference.cilium(
                            46065,
                            "the detach of an orphaned link fails with ENOENT and is repeated every few seconds"),
                    Reference.cilium(
                            48420, "pinned links stay on a cgroup that is not the root; the health is green")));

    private StaleManuals() {}
}
