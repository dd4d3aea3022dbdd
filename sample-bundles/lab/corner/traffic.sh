# What connects, and when: lists of attempts for `labctl connect`.
# shellcheck shell=bash

readonly service_cgroup=/sys/fs/cgroup/system.slice/node-monitor.service

picks() { awk -v kind="$1" '$1 == kind { print $2, $3 }' "$cluster/picks"; } # KIND

# The connects to the frontend of the incident, spread over the first half of the window so that some
# are young and some are old when the sockets are listed. The first has the source port of the ticket.
attempts_to_frontend() {
    local address port i
    read -r address port < <(picks founding)
    for ((i = 0; i < LAB_CONNECTS; i++)); do
        echo "tcp $address $port $((i == 0 ? 56306 : 0)) $((i * LAB_DURATION * 500 / LAB_CONNECTS)) hold"
    done
}

# Services on which the generations agree: one connection that stays, and one that comes and goes.
attempts_to_equal() {
    local address port delay=100
    while read -r address port; do
        echo "tcp $address $port 0 $delay hold"
        echo "tcp $address $port 0 $((delay + 1200)) close"
        delay=$((delay + 300))
    done < <(picks equal)
}

attempts_to_differing() {
    local address port
    while read -r address port; do
        echo "tcp $address $port 0 700 hold"
    done < <(picks differing)
}

# A service that has no backend in the stale maps. A refusal takes no time.
attempts_to_empty() {
    local address port delay
    read -r address port < <(picks empty)
    for delay in 300 900 1500; do
        echo "tcp $address $port 0 $delay close"
    done
}

# The same attempts from sockets of AF_INET6, as a program makes them that listens and connects to both families.
from_inet6_sockets() { sed 's/^\([a-z]* \)\([0-9.]* \)/\1::ffff:\2/'; }

# A service on the node itself, in the node's network: `ss` there lists its sockets, but not a pod's.
attempts_of_node() {
    local kind address port
    for kind in founding equal; do
        read -r address port < <(picks $kind)
        echo "tcp $address $port 0 400 hold"
    done
}

# A process of the node, outside of every pod.
on_node() {
    (
        mkdir -p "$service_cgroup"
        echo "$BASHPID" >"$service_cgroup/cgroup.procs"
        exec "$@"
    )
}

# They start after the capture and outlast it, also on a slow node, so that their sockets are still open when `ss`
# lists them near the end of the window. The result of each attempt goes to stderr.
make_attempts() { # FILE-OF-POD FILE-OF-NODE
    local seconds=$((LAB_DURATION + 3))
    on_node "$work/bin/labctl" connect "$seconds" "$2" | sed 's/^/lab: node: /' >&2 &
    in_pod "$work/bin/labctl" connect "$seconds" "$1" | sed 's/^/lab: pod: /' >&2
    wait $!
}
