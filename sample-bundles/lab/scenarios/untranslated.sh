# shellcheck shell=bash
# The only programs sit on a cgroup beside the pods': nobody translates, and the service's address goes out.

source "$lab/scenarios/healthy.sh"

# What an agent leaves that took its own cgroup for the root: its links are there, pinned, healthy, and run for nobody
# but itself.
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

# Services' addresses belong to nobody: their SYNs end at the peer, which drops what is not its own.
silent_backends() { :; }
