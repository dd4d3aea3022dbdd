# shellcheck shell=bash
# The backends map was recreated, the services map was not: the stale programs look up today's ids among old backends.

source "$lab/scenarios/stale-generation.sh"

# The size of the backends map was changed (bpf-lb-service-backend-map-max): the agent unpins it and creates a new one, and
# keeps the services map with its pin. The earlier programs still run, attached directly. They read the services map that
# the agent keeps up to date, but its backend ids mean other pods in the backends map that only they still hold.
arrange() {
    load_programs "$bpffs"
    fill_maps "$bpffs" stale
    attach_directly "$bpffs"
    remember stale "$bpffs"
    rm "$(map_pins "$bpffs")/cilium_lb4_backends_v3" "$(map_pins "$bpffs")/cilium_lb4_reverse_sk"
    rm -f "$(link_pins "$bpffs")"/*
    # shellcheck disable=SC2034 # of corner/generation.sh
    pinned_in[stale]=
    let_time_pass

    load_programs "$bpffs"
    fill_maps "$bpffs" live
    attach_by_links "$bpffs"
    remember live "$bpffs"

    watch_pod
    expect_order stale live
}

pod_attempts() {
    attempts_to_frontend
    attempts_to_equal
}

node_attempts() { attempts_of_node; }
