# shellcheck shell=bash
# Programs of an earlier Cilium, attached directly, unpinned, run first and use the maps of their time.

# The founding incident. The earlier Cilium attached its programs to the cgroup directly, so only the cgroup holds
# them. Cleaning up its state removed their pins, and with them every handle that an agent or a support engineer
# looks for.
arrange() {
    load_programs "$bpffs"
    fill_maps "$bpffs" stale
    attach_directly "$bpffs"
    remember stale "$bpffs"
    clean_pins stale
    let_time_pass

    load_programs "$bpffs"
    fill_maps "$bpffs" live
    attach_by_links "$bpffs"
    remember live "$bpffs"

    watch_pod
    expect_order stale live
}

silent_backends() { :; }

pod_attempts() {
    attempts_to_frontend
    attempts_to_equal
    attempts_to_differing
}

node_attempts() { attempts_of_node; }
