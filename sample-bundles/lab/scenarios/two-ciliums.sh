# shellcheck shell=bash
# Two nodes of one kind cluster share this kernel: each has a Cilium of its own, and nothing is wrong.

source "$lab/scenarios/healthy.sh"

# The other node is a container beside this one, with its own cgroup, bpffs and agent, and maps with the same names but
# its own content. It still runs while this node is captured. The capture has its objects, since lists of BPF objects are
# global, but none of its pins.
arrange() {
    local other=/run/other-node/bpffs other_cgroup=$cgroup_root/other-node.slice
    mkdir -p "$other_cgroup"
    mount_bpffs "$other"
    load_programs "$other"
    fill_maps "$other" stale
    attach_by_links "$other" "$other_cgroup"
    remember other "$other"
    # From now on only the other node's mount namespace holds it.
    unshare --mount --propagation private bash -c "echo \$\$ >$other_cgroup/cgroup.procs && exec sleep infinity" &
    sleep 0.2
    umount --lazy "$other"
    let_time_pass

    mkdir -p "$cgroup_root/kubepods.slice"
    load_programs "$bpffs"
    fill_maps "$bpffs" live
    attach_by_links "$bpffs" "$cgroup_root/kubepods.slice"
    remember live "$bpffs"
    watch_pod
    expect_order live
}

node_attempts() { :; }
