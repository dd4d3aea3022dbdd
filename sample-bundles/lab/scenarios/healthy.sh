# shellcheck shell=bash
# An upgrade done right: maps kept by their pins, pinned links updated in place; one generation.

arrange() {
    load_programs "$bpffs"
    fill_maps "$bpffs" stale
    attach_by_links "$bpffs"
    drop_fresh_programs "$bpffs"
    let_time_pass

    # The new agent: its programs join the pinned maps and replace the old ones inside the links; then it
    # brings the maps up to date.
    load_programs "$bpffs"
    update_links "$bpffs"
    fill_maps "$bpffs" live
    remember live "$bpffs"

    watch_pod
    expect_order live
}

silent_backends() { :; }

pod_attempts() {
    attempts_to_frontend
    attempts_to_equal
}

node_attempts() { attempts_of_node; }
