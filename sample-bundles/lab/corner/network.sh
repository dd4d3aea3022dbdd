# Three network namespaces: the node's (ours), the pod's at the other end of a veth, and the peer's. The peer is
# the rest of the cluster, at the other end of the node's eth0.
# shellcheck shell=bash

readonly node_address=192.168.61.17
readonly peer_address=192.168.61.1
readonly pod_cgroup=/sys/fs/cgroup/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${pod_uid//-/_}.slice/cri-containerd-$container_id.scope
readonly init_cgroup=/sys/fs/cgroup/init.scope

make_cgroups() {
    mkdir -p "$pod_cgroup" "$init_cgroup"
    echo $$ >"$init_cgroup/cgroup.procs"
}

# A namespace exists as long as a process is in it: for a pod, that is the pause container. Prints the pid.
hold_network() { # CGROUP
    (
        echo "$BASHPID" >"$1/cgroup.procs"
        exec unshare --net sleep infinity
    ) >/dev/null 2>&1 &
    until [[ $(readlink "/proc/$!/ns/net") != "$(readlink /proc/self/ns/net)" ]]; do
        kill -0 $! || die "a network namespace could not be made"
        sleep 0.01
    done
    echo $!
}

in_peer() { nsenter --net="/proc/$peer_pid/ns/net" -- "$@"; }

# A process of the pod: in its network and, which matters to the programs, started in its cgroup.
in_pod() {
    (
        echo "$BASHPID" >"$pod_cgroup/cgroup.procs"
        exec nsenter --net="/proc/$pod_pid/ns/net" -- "$@"
    )
}

# Without IPv6 there are no router solicitations: the capture holds only what we sent. The two settings for TCP
# are for a lab that is killed in the middle of its connections: the kernel would try for minutes to close them
# over a network that no longer exists, and until then such a socket keeps its cgroup and our programs.
# shellcheck disable=SC2016 # for another shell
readonly set_up_namespace='for d in all default; do
    echo 1 > /proc/sys/net/ipv6/conf/$d/disable_ipv6
    echo 0 > /proc/sys/net/ipv4/conf/$d/rp_filter
done
echo 1 > /proc/sys/net/ipv4/tcp_orphan_retries
echo 1 > /proc/sys/net/ipv4/tcp_fin_timeout
ip link set lo up'

make_network() {
    peer_pid=$(hold_network "$init_cgroup")
    pod_pid=$(hold_network "$pod_cgroup")
    sh -c "$set_up_namespace"
    in_peer sh -c "$set_up_namespace"
    in_pod sh -c "$set_up_namespace"
    connect_peer
    connect_pod
    populate_peer
}

connect_peer() {
    ip link add eth0 type veth peer name eth0 netns "$peer_pid"
    ip address add "$node_address/24" dev eth0
    ip link set eth0 up
    ip route add default via "$peer_address"
    echo 1 >/proc/sys/net/ipv4/ip_forward

    in_peer ip address add "$peer_address/24" dev eth0
    in_peer ip link set eth0 up
    in_peer ip route add "$LAB_CLIENT/32" via "$node_address"
}

# As Cilium wires a pod: a /32, a router address that belongs to cilium_host, a host route per pod.
connect_pod() {
    ip link add cilium_host type veth peer name cilium_net
    ip address add "$router/32" dev cilium_host
    ip link set cilium_net up
    ip link set cilium_host up

    ip link add "$pod_device" type veth peer name eth0 netns "$pod_pid"
    ip link set "$pod_device" up
    ip route add "$LAB_CLIENT/32" dev "$pod_device"

    in_pod ip address add "$LAB_CLIENT/32" dev eth0
    in_pod ip link set eth0 up
    in_pod ip route add "$router/32" dev eth0
    in_pod ip route add default via "$router"
}

# ---- IPv6, for the scenarios about it -------------------------------------------------------------------

readonly node_address6=fd00:61::17 peer_address6=fd00:61::1

# No router solicitations, no duplicate address detection, no addresses of the kernel's own: the capture still holds
# only what we send.
# shellcheck disable=SC2016 # for another shell
readonly turn_on_ipv6='for d in /proc/sys/net/ipv6/conf/*; do
    echo 0 > $d/accept_ra
    echo 0 > $d/router_solicitations
    echo 0 > $d/dad_transmits
    echo 0 > $d/accept_dad
    echo 1 > $d/addr_gen_mode 2>/dev/null || true
done
for d in all default lo; do echo 0 > /proc/sys/net/ipv6/conf/$d/disable_ipv6; done'

mac_of() { "${@:2}" ip -o link show dev "$1" | sed 's/.*link.ether \([0-9a-f:]*\).*/\1/'; } # DEVICE [PREFIX...]

# The same wires as for IPv4. All neighbors are configured from the start: without link-local addresses a router does
# not look for any, and the pod's router address is on cilium_host, where a program of Cilium would answer for it.
wire_ipv6() { # CLIENT ROUTER LIVING
    sh -c "$turn_on_ipv6"
    in_peer sh -c "$turn_on_ipv6"
    in_pod sh -c "$turn_on_ipv6"

    ip -6 address add "$node_address6/64" dev eth0 nodad
    in_peer ip -6 address add "$peer_address6/64" dev eth0 nodad
    ip -6 neighbour add "$peer_address6" lladdr "$(mac_of eth0 in_peer)" dev eth0 nud permanent
    in_peer ip -6 neighbour add "$node_address6" lladdr "$(mac_of eth0)" dev eth0 nud permanent
    ip -6 route add default via "$peer_address6"
    in_peer ip -6 route add "$1/128" via "$node_address6"
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding

    ip -6 address add "$2/128" dev cilium_host nodad
    ip -6 route add "$1/128" dev "$pod_device"
    ip -6 neighbour add "$1" lladdr "$(mac_of eth0 in_pod)" dev "$pod_device" nud permanent
    in_pod ip -6 address add "$1/128" dev eth0 nodad
    in_pod ip -6 route add "$2/128" dev eth0
    in_pod ip -6 neighbour add "$2" lladdr "$(mac_of "$pod_device")" dev eth0 nud permanent
    in_pod ip -6 route add default via "$2" src "$1"

    sort -u "$3" | sed 's/.*/route add local &\/128 dev lo/' | in_peer ip -6 -batch -
    # Without any route the peer would send an error for the dead backends, although it does not forward.
    in_peer ip -6 route add blackhole default
}

# The peer owns the addresses of the living backends. Packets for all others reach it, because it is the default
# route, and are dropped there silently: it does not forward, so it sends no ICMP errors either.
populate_peer() {
    local ports
    in_peer sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'
    sort -u "$cluster/living" | grep -vxF -f <(silent_backends) | sed 's/.*/route add local &\/32 dev lo/' |
        in_peer ip -batch -
    mapfile -t ports < <(awk '$1 == "backend" { print $4 }' "$cluster/live.plan" | sort -un)
    in_peer "$work/bin/labctl" serve $((LAB_DURATION + 120)) "${ports[@]}" >/dev/null
}
