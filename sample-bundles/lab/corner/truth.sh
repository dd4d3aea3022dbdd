# The truth file: what was planted, for tests that compare a report with it. All values are ours, and none needs
# to be escaped.
# shellcheck shell=bash

joined() { paste -sd, -; }

json_strings() { sed 's/.*/"&"/' | joined; }

frontends() { sort -V "$cluster/$1" | json_strings; } # LIST

hook_ids() { # NAME program|link
    local hook
    for hook in "${hooks[@]}"; do
        [[ -z ${ids[$1.$2.${hook%%:*}]-} ]] || echo "\"${hook%%:*}\":${ids[$1.$2.${hook%%:*}]}"
    done | joined
}

pins_of() { # NAME
    [[ -n ${pinned_in[$1]} ]] || return 0
    find "$(map_pins "${pinned_in[$1]}")" "$(link_pins "${pinned_in[$1]}")" -type f -name 'ci*' \
        ! -name cilium_metrics | sort | json_strings
}

generation_json() { # NAME
    printf '{"services":%s,"backends":%s,"reverseNat":%s,"reverseSk":%s,"current":%s,' \
        "${ids[$1.services]}" "${ids[$1.backends]}" "${ids[$1.reverseNat]}" "${ids[$1.reverseSk]}" \
        "$([[ $1 == live ]] && echo true || echo false)"
    printf '"programs":{%s},"links":{%s},"pins":[%s]}\n' \
        "$(hook_ids "$1" program)" "$(hook_ids "$1" link)" "$(pins_of "$1")"
}

truth() {
    local name stale=null differing='' only_stale='' only_live=''
    if [[ " ${generations[*]} " == *' stale '* ]]; then
        stale="\"$LAB_STALE\""
        differing=$(frontends differing)
        only_stale=$(frontends only-stale)
        only_live=$(frontends only-live)
    fi
    printf '{"scenario":"%s","node":"%s","client":"%s","nodeAddress":"%s","frontend":"%s","staleBackend":%s,"liveBackend":"%s",' \
        "$LAB_SCENARIO" "$node" "$LAB_CLIENT" "$node_address" "$LAB_FRONTEND" "$stale" "$LAB_LIVE"
    printf '"cgroup":"%s","podCgroup":"%s",\n "generations":[%s],\n' "$cgroup_root" "$pod_cgroup" \
        "$(for name in "${generations[@]}"; do generation_json "$name"; done | joined)"
    printf ' "differingFrontends":[%s],\n "onlyStaleFrontends":[%s],\n "onlyLiveFrontends":[%s]}\n' \
        "$differing" "$only_stale" "$only_live"
}
