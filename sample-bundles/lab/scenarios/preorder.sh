# shellcheck shell=bash
# The stale programs were attached last, but with BPF_F_PREORDER (Linux 6.15): they run first, and no list shows the flag.

source "$lab/scenarios/stale-generation.sh"

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
    attach "$fallback" "$cgroup_root" legacy $((multi + preorder))
    remember stale "$fallback"
    clean_pins stale

    watch_pod
    expect_order stale live
}
