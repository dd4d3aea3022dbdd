# shellcheck shell=bash
# As stale-generation, but links hold the stale programs, and their pins are in a second bpffs.

# Cilium falls back to /run/cilium/bpffs when /sys/fs/bpf is not usable at its start. Once it is, the next agent finds
# no pins there, starts afresh, and never looks into the other mount again.
arrange() {
    local fallback=/run/cilium/bpffs
    mount_bpffs "$fallback"
    load_programs "$fallback"
    fill_maps "$fallback" stale
    attach_by_links "$fallback"
    remember stale "$fallback"
    let_time_pass

    load_programs "$bpffs"
    fill_maps "$bpffs" live
    attach_by_links "$bpffs"
    remember live "$bpffs"

    watch_pod
    expect_order stale live
    expect_undetachable stale
}

silent_backends() { :; }

pod_attempts() {
    attempts_to_frontend
    attempts_to_equal
    attempts_to_differing
}

node_attempts() { attempts_of_node; }
