# shellcheck shell=bash
# As stale-generation, but nothing connects: the capture stays empty.

source "$lab/scenarios/stale-generation.sh"

pod_attempts() { :; }
node_attempts() { :; }
