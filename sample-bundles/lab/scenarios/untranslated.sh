# shellcheck shell=bash
# The only programs are on a cgroup that is not the pods': nothing is translated, and the service's address goes out.

source "$lab/scenarios/healthy.sh"

# The state after an agent took its own cgroup for the root: its links exist, are pinned and healthy, and run only for
# the agent itself.
arrange() {
    local agents=$cgroup_root/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${agent_uid//-/_}.slice
    mkdir -p "$agents"
    load_programs "$bpffs"
    fill_maps "$bpffs" live
    attach_by_links "$bpffs" "$agents"
    remember live "$bpffs"
    watch_pod
    expect_nothing_runs
}

# No host owns the services' addresses: SYNs to them end at the peer, which drops what is not its own.
silent_backends() { :; }
