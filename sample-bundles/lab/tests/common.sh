# What both tests begin with. Usage of each: TEST [COLLECTOR]
# shellcheck shell=bash disable=SC2034 # used by the tests

tests_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly lab=$tests_dir/../lab
readonly collector=${1:-$tests_dir/../../../collector-script/ghostmap-collect}
scratch=$(mktemp -d)
readonly scratch
trap 'rm -rf "$scratch"' EXIT
failures=0

cgroup2_mount() { awk '$0 ~ " - cgroup2 " { print $5; exit }' /proc/self/mountinfo; }

# Another lab that runs on this machine must not disturb the tests. If it is one of ours that hangs, the tests fail after a minute.
await_other_labs() {
    flock --wait 60 "$(cgroup2_mount)" true || true
}

finish() {
    ((failures == 0)) || { echo "$failures failures" >&2; exit 1; }
    echo "all ok"
}
