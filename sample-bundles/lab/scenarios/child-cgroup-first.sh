# shellcheck shell=bash
# The stale programs are on a cgroup below that of the current ones: a child's programs run before its parent's.

source "$lab/scenarios/stale-generation.sh"

# An agent that ran in a cgroup namespace of its own took its cgroup for the root (before Cilium's init container
# mount-cgroup, or when that was skipped): it attached to the pods' slice. Whether it attached first or last makes no
# difference. Here it attaches last.
arrange() {
    local fallback=/run/cilium/bpffs
    load_programs "$bpffs"
    fill_maps "$bpffs" live
    attach_by_links "$bpffs"
    remember live "$bpffs"
    let_time_pass

    mount_bpffs "$fallback"
    load_programs "$fallback"
    fill_maps "$fallback" stale
    attach_directly "$fallback" "$cgroup_root/kubepods.slice"
    remember stale "$fallback"
    clean_pins stale

    watch_pod
    expect_order stale live
}

# Outside of the pods' slice nothing is wrong.
node_attempts() {
    local address port
    read -r address port < <(picks founding)
    echo "tcp $address $port 0 400 hold"
}
