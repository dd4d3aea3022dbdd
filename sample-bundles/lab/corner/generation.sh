# One generation of Cilium's socket load balancing: its maps, its programs, how they are attached.
# The order is that of a real node: load, fill, attach, and what later happens to the pins.
# shellcheck shell=bash

readonly cgroup_root=/sys/fs/cgroup
readonly bpffs=/sys/fs/bpf
# A scenario about both families adds its hooks, and uses the object that has them.
hooks=(connect4:cil_sock4_connect sendmsg4:cil_sock4_sendmsg recvmsg4:cil_sock4_recvmsg
    getpeername4:cil_sock4_getpeername)
object=sock4
# The family whose maps and programs the scenario is about.
family=4

both_families() {
    local hook
    for hook in connect sendmsg recvmsg getpeername; do hooks+=("${hook}6:cil_sock6_$hook"); done
    object=sock-118 # the last release whose services map is not read-only for programs: the classifier joins that map
}

# Where a bpffs keeps them, as Cilium lays it out.
map_pins() { echo "$1/tc/globals"; }
link_pins() { echo "$1/cilium/socketlb/links/cgroup"; }
fresh_programs() { echo "$1/cilium/socketlb/fresh"; } # loaded, and not attached yet

mount_bpffs() { # PATH
    mkdir -p "$1"
    mount -t bpf bpf "$1"
}

# Maps that are pinned there already are joined, not replaced.
load_programs() { # BPFFS
    mkdir -p "$(map_pins "$1")" "$(link_pins "$1")" "$(fresh_programs "$1")"
    labctl load "$work/bin/$object.o" "$(map_pins "$1")" "$(fresh_programs "$1")"
    # Cilium's socket programs have no use for these; its agent makes and fills them all the same.
    make_reverse_nat "$1" 4 6
    ((family == 4)) || make_reverse_nat "$1" 6 18
}

make_reverse_nat() { # BPFFS FAMILY BYTES-OF-VALUE
    local pin
    pin=$(map_pins "$1")/cilium_lb$2_reverse_nat
    [[ -e $pin ]] ||
        bpftool map create "$pin" type hash key 2 value "$3" entries 65536 name "cilium_lb$2_reve" flags 1
}

fill_maps() { labctl fill "$(map_pins "$1")" "$cluster/$2.plan"; } # BPFFS PLAN

# The kernel gives the load time of a program in whole seconds. The times of two generations should differ.
let_time_pass() { sleep 1.1; }

# ---- two ways of attaching ----------------------------------------------------------------------

# shellcheck disable=SC2034 # for scenarios
readonly multi=2 preorder=64 # the kernel's flags

attach() { # BPFFS CGROUP legacy|link FLAGS
    local hook
    for hook in "${hooks[@]}"; do
        echo "$2 ${hook%%:*} $(fresh_programs "$1")/${hook##*:} $3 $4 $(link_pins "$1")/${hook##*:}"
    done >"$work/attachments"
    labctl attach "$work/attachments" >"$work/attached"
    ! grep -vx ok "$work/attached" >&2 || die "the kernel refused to attach (above)"
}

attach_directly() { attach "$1" "${2:-$cgroup_root}" legacy $multi; } # BPFFS [CGROUP]

attach_by_links() { attach "$1" "${2:-$cgroup_root}" link 0; } # BPFFS [CGROUP]

update_links() { labctl update-links "$(fresh_programs "$1")" "$(link_pins "$1")"; } # BPFFS

# ---- what the truth file will say -------------------------------------------------------------------

declare -A ids=() pinned_in=()
generations=()

pinned_id() { # map|prog|link PATH
    bpftool "$1" show pinned "$2" | sed -n '1s/^\([0-9]*\):.*/\1/p'
}

# Records the ids of a generation while its pins and its freshly loaded programs can be reached, and drops the
# pins of the programs: an attached program needs none, and Cilium keeps none.
remember() { # NAME BPFFS
    local hook map maps links
    maps=$(map_pins "$2")
    links=$(link_pins "$2")
    generations+=("$1")
    pinned_in[$1]=$2
    ids[$1.services]=$(pinned_id map "$maps/cilium_lb${family}_services_v2")
    ids[$1.backends]=$(pinned_id map "$maps/cilium_lb${family}_backends_v3")
    ids[$1.reverseNat]=$(pinned_id map "$maps/cilium_lb${family}_reverse_nat")
    ids[$1.reverseSk]=$(pinned_id map "$maps/cilium_lb${family}_reverse_sk")
    for map in "$maps"/cilium_lb*; do ids[$1.map.${map##*/}]=$(pinned_id map "$map"); done
    for hook in "${hooks[@]}"; do
        ids[$1.program.${hook%%:*}]=$(pinned_id prog "$(fresh_programs "$2")/${hook##*:}")
        [[ ! -e $links/${hook##*:} ]] ||
            ids[$1.link.${hook%%:*}]=$(pinned_id link "$links/${hook##*:}")
    done
    drop_fresh_programs "$2"
}

drop_fresh_programs() { rm -r "$(fresh_programs "$1")"; } # BPFFS

# What cleaning up Cilium's state does: the pins are removed. Attached programs stay, and keep their maps alive.
clean_pins() { # NAME
    rm -r "${pinned_in[$1]}/tc" "${pinned_in[$1]}/cilium"
    pinned_in[$1]=
}

# ---- the pod's device -------------------------------------------------------------------------------

# The classifier uses the maps of the current generation, as every per-pod program of Cilium does.
watch_pod() {
    local pins=$bpffs/cilium/endpoints/$endpoint_id
    mkdir -p "$pins"
    labctl load "$work/bin/container.o" "$(map_pins "$bpffs")" "$pins"
    tc qdisc add dev "$pod_device" clsact
    tc filter add dev "$pod_device" ingress prio 1 handle 1 bpf direct-action \
        object-pinned "$pins/cil_from_container"
}

# ---- what a scenario promises, checked before it is captured ----------------------------------------

run_order() { # programs on connect4 (or connect6) in the order in which the kernel runs them
    bpftool cgroup show "$pod_cgroup" effective |
        awk -v f="$family" '$2 == "connect" f || $2 == "cgroup_inet" f "_connect" { printf "%s ", $1 }'
}

expect_order() { # NAME...
    local name expected='' actual
    for name in "$@"; do expected+="${ids[$name.program.connect$family]} "; done
    actual=$(run_order)
    # Programs on the host's own cgroups between here and its root run after ours. They are not part of the scenario.
    [[ $actual == "$expected"* ]] || die "programs run in the order $actual, not $expected"
    say "connect$family runs the programs $actual"
}

# Lists of BPF objects are global: other maps on this kernel would be generations in the bundle that the lab did
# not plant.
expect_alone() {
    local strangers
    strangers=$(bpftool map show | sed -n 's/^\([0-9]*\): .* name cilium_lb.*/\1/p' |
        grep -vxF -f <(printf '%s\n' "${ids[@]}") | paste -sd " ") || true
    [[ -z $strangers ]] || die "the maps $strangers on this kernel are not the lab's, and would be in the bundle"
}

# The programs are attached somewhere, but none of them runs for the pod.
expect_nothing_runs() {
    [[ -z $(run_order) ]] || die "connect4 of the pod runs the programs $(run_order)"
    say "connect4 of the pod runs no program"
}

expect_undetachable() { # NAME
    local program=${ids[$1.program.connect4]}
    if bpftool cgroup detach "$cgroup_root" connect4 id "$program" 2>/dev/null; then
        die "bpftool cgroup detach detached program $program, although a link holds it"
    fi
    say "bpftool cgroup detach of program $program is refused"
}
