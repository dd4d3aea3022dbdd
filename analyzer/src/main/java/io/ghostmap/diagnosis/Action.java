package io.ghostmap.diagnosis;

import com.google.errorprone.annotations.CompileTimeConstant;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.IpAddress;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.OptionalLong;

/**
 * One command of a remedy. It consists of constants, numbers, and names and paths that {@link ShellText} has found plain:
 * an administrator pastes it into a root shell, and the bundle that it was made from can be hostile.
 */
public sealed interface Action {
    /** The command line. */
    Text command();

    /** Whether it leaves the node and the cluster as they are. */
    default boolean readsOnly() {
        return this instanceof Check;
    }

    /** It only reads. */
    sealed interface Check extends Action {}

    /** It changes the node or the cluster. */
    sealed interface Change extends Action {}

    /** Checks that need no data of the bundle. */
    enum Look implements Check {
        BOOT_ID("cat /proc/sys/kernel/random/boot_id"),
        CGROUP_TREE("bpftool cgroup tree"),
        MAPS("bpftool map show"),
        /** The maps that the agent holds open. */
        MAPS_OF_THE_AGENT("grep -E '^map_id:' /proc/$(pidof cilium-agent)/fdinfo/* | sort -u -k2"),
        /** Processes that hold a BPF object open. */
        HOLDERS("grep -lE '^(link|prog|map)_id:' /proc/[0-9]*/fdinfo/* 2>/dev/null"),
        PINS("find / -fstype bpf -type f 2>/dev/null"),
        SERVICES_OF_THE_AGENT("kubectl -n kube-system exec ds/cilium -- cilium-dbg service list"),
        NAT_RULES("iptables-save -c -t nat; iptables-legacy-save -c -t nat; nft list ruleset"),
        NAT_TABLES("cat /proc/net/ip_vs"),
        KUBE_PROXY_PODS("kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide"),
        /** Sockets with their peers in each network namespace that has a process. */
        SOCKETS_OF_NAMESPACES("lsns -t net -n -o PID | while read -r p; do nsenter -t \"$p\" -n ss -H -tunp; done"),
        DEVICE_PROGRAMS("bpftool net show"),
        LINKS("bpftool link show"),
        PORT_RANGES("sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports"),
        REDIRECT_POLICIES("kubectl get ciliumlocalredirectpolicies -A -o wide"),
        AGENT_PODS("kubectl -n kube-system get pods -l k8s-app=cilium -o wide"),
        ENDPOINT_SLICES("kubectl get endpointslices -A -o wide");

        private final Text command;

        Look(@CompileTimeConstant String command) {
            this.command = Text.of(command);
        }

        @Override
        public Text command() {
            return command;
        }
    }

    /** What the agent can be asked. */
    enum Question {
        SERVICES("cilium-dbg service list"),
        REMOTE_CLUSTERS("cilium-dbg status --all-clusters"),
        /** Drops as they happen, until it is ended. */
        DROPS("timeout 30 cilium-dbg monitor --type drop"),
        DROP_COUNTERS("cilium-dbg bpf metrics list"),
        CONNECTIONS("cilium-dbg bpf ct list global"),
        MAGLEV("cilium-dbg bpf lb maglev list"),
        CONFIGURATION("cilium-dbg config -a");

        private final Text command;

        Question(@CompileTimeConstant String command) {
            this.command = Text.of(command);
        }
    }

    /** A question to the agent of that node, never to whichever agent a DaemonSet has first. */
    record AskAgent(String node, Question question) implements Check {
        @Override
        public Text command() {
            return Text.of(
                    "kubectl -n kube-system exec -c cilium-agent $(kubectl -n kube-system get pods -l k8s-app=cilium"
                            + " --field-selector spec.nodeName={} -o name) -- {}",
                    ShellText.nodeName(node),
                    question.command);
        }
    }

    /** A cgroup by its directory, or by its inode number if the directory has an unusual name. */
    record Cgroup(String directory, OptionalLong inode) {
        /** Where a program is really attached. */
        static Cgroup of(Attachment attachment) {
            return new Cgroup(attachment.cgroup(), attachment.cgroupId());
        }

        Text shell() {
            return ShellText.cgroup(directory, inode);
        }
    }

    /** What the agent of that node wrote about its programs. */
    record AgentLog(String node) implements Check {
        @Override
        public Text command() {
            return Text.of(
                    "kubectl -n kube-system logs -c cilium-agent $(kubectl -n kube-system get pods -l k8s-app=cilium"
                            + " --field-selector spec.nodeName={} -o name) | grep -iE 'attach|cgroup|socket'",
                    ShellText.nodeName(node));
        }
    }

    /** Programs attached to a cgroup. */
    record ShowAttached(Cgroup cgroup) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool cgroup show {}", cgroup.shell());
        }
    }

    /** Programs that run for sockets of a cgroup, in run order. */
    record ShowEffective(Cgroup cgroup) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool cgroup show {} effective", cgroup.shell());
        }
    }

    record ShowProgram(int program) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool prog show id {}", Term.program(program));
        }
    }

    record ShowLink(int link) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool link show id {}", Term.link(link));
        }
    }

    /** The link that holds a program, if there is one. */
    record FindLinkOf(int program) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool link show | grep -A1 'prog {} '", Term.program(program));
        }
    }

    record ShowPinnedMap(PinPath pin) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool map show pinned {}", Term.path(pin.path()));
        }
    }

    record ShowMap(int map) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool map show id {}", Term.map(map));
        }
    }

    record DumpMap(int map) implements Check {
        @Override
        public Text command() {
            return Text.of("bpftool map dump id {}", Term.map(map));
        }
    }

    /** The pod with an address, on whatever node. */
    record FindPod(IpAddress address) implements Check {
        @Override
        public Text command() {
            return Text.of("kubectl get pods -A -o wide --field-selector status.podIP={}", Term.address(address));
        }
    }

    /** Ends an attachment that was made without a link. */
    record DetachProgram(Cgroup cgroup, AttachType hook, int program) implements Change {
        @Override
        public Text command() {
            return Text.of(
                    "bpftool cgroup detach {} {} id {}", cgroup.shell(), Terms.hook(hook), Term.program(program));
        }
    }

    record DetachLink(int link) implements Change {
        @Override
        public Text command() {
            return Text.of("bpftool link detach id {}", Term.link(link));
        }
    }

    /** Removes a pin, and nothing that is not in a bpffs on the node itself. */
    record RemovePin(PinPath pin) implements Change {
        @Override
        public Text command() {
            Term path = Term.path(pin.path());
            return Text.of("[ \"$(stat -f -c %T {})\" = bpf_fs ] && rm {}", path, path);
        }
    }

    /** Lets Kubernetes restart the agent of that node. */
    record RestartAgent(String node) implements Change {
        @Override
        public Text command() {
            return Text.of(
                    "kubectl -n kube-system delete pod -l k8s-app=cilium --field-selector spec.nodeName={}",
                    ShellText.nodeName(node));
        }
    }

    record DrainNode(String node) implements Change {
        @Override
        public Text command() {
            return Text.of("kubectl drain {} --ignore-daemonsets --delete-emptydir-data", ShellText.nodeName(node));
        }
    }

    record UncordonNode(String node) implements Change {
        @Override
        public Text command() {
            return Text.of("kubectl uncordon {}", ShellText.nodeName(node));
        }
    }

    /** Of the node on which it is run. */
    record Reboot() implements Change {
        @Override
        public Text command() {
            return Text.of("systemctl reboot");
        }
    }
}
