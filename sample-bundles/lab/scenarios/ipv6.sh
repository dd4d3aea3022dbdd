# shellcheck shell=bash
# As stale-generation, with IPv6 services only: stale programs run first at connect6, over stale IPv6 maps.

source "$lab/scenarios/stale-generation.sh"

both_families
# shellcheck disable=SC2034 # of corner/generation.sh
family=6

# The invented cluster, with other addresses: 172.17.93.4 becomes fd00::ac11:5d04. Ports and protocols stay.
readonly as_ipv6='function six(a,  o) { split(a, o, "."); return sprintf("fd00::%x:%x", o[1] * 256 + o[2], o[3] * 256 + o[4]) }'

to_ipv6() { awk "$as_ipv6"' { print six($1) }' <<<"$1"; } # ADDRESS

endpoint_to_ipv6() { echo "[$(to_ipv6 "${1%:*}")]:${1##*:}"; } # ADDRESS:PORT

move_cluster_to_ipv6() {
    local file
    for file in live.plan stale.plan; do
        awk "$as_ipv6"' { $3 = six($3); print }' "$cluster/$file" >"$work/moved" && mv "$work/moved" "$cluster/$file"
    done
    awk "$as_ipv6"' { $2 = six($2); print }' "$cluster/picks" >"$work/moved" && mv "$work/moved" "$cluster/picks"
    awk "$as_ipv6"' { print six($1) }' "$cluster/living" >"$work/moved" && mv "$work/moved" "$cluster/living"
    for file in differing only-stale only-live; do
        awk -F: "$as_ipv6"' { print "[" six($1) "]:" $2 }' "$cluster/$file" >"$work/moved" && mv "$work/moved" "$cluster/$file"
    done
    LAB_CLIENT=$(to_ipv6 "$LAB_CLIENT")
    LAB_FRONTEND=$(endpoint_to_ipv6 "$LAB_FRONTEND")
    LAB_STALE=$(endpoint_to_ipv6 "$LAB_STALE")
    LAB_LIVE=$(endpoint_to_ipv6 "$LAB_LIVE")
    sed -i "s/^client=.*/client=$LAB_CLIENT/" "$cluster/facts"
    echo enable_ipv6=true >>"$cluster/facts"
}

# As stale-generation, in the other family.
arrange() {
    move_cluster_to_ipv6
    wire_ipv6 "$LAB_CLIENT" "$(to_ipv6 "$router")" "$cluster/living"

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
