# shellcheck shell=bash
# Only connect6 still has its stale programs: sockets of AF_INET6 with IPv4 addresses go wrong, all others do not.

source "$lab/scenarios/stale-generation.sh"

both_families

# The stale programs at connect4 were detached by hand, those at connect6 were forgotten. There, dual-stack sockets ask for
# IPv4 services by mapped addresses.
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

    local hook
    for hook in connect4 sendmsg4 recvmsg4 getpeername4; do
        bpftool cgroup detach "$cgroup_root" "$hook" id "${ids[stale.program.$hook]}"
    done
    watch_pod
    expect_order live
}

# The first attempts come from sockets as a Java program opens them, the others from those of most programs.
pod_attempts() {
    attempts_to_frontend | from_inet6_sockets
    attempts_to_frontend | sed 's/56306/0/' | head -n 2
    attempts_to_equal
}
