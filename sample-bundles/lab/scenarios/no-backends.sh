# shellcheck shell=bash
# As stale-generation; the pod asks for a service that the stale maps know without a backend. Refused: no SYN at all.

source "$lab/scenarios/stale-generation.sh"

pod_attempts() {
    attempts_to_empty
    attempts_to_equal
}

node_attempts() { :; }
