# shellcheck shell=bash
# As stale-generation, but the pod asks for a service that has no backend in the stale maps: refused, no SYN at all.

source "$lab/scenarios/stale-generation.sh"

pod_attempts() {
    attempts_to_empty
    attempts_to_equal
}

node_attempts() { :; }
