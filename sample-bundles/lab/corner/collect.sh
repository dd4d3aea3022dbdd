# Runs the collector on the node and the traffic under its capture, then hands out the archive.
# shellcheck shell=bash

# A packet socket is bound and running: tcpdump is the only program here that has one.
capture_runs() { awk 'NR > 1 && $6 == 1 { found = 1 } END { exit !found }' /proc/net/packet; }

await_capture() { # COLLECTOR-PID
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        capture_runs && break
        kill -0 "$1" 2>/dev/null || die "the collector ended without capturing"
        sleep 0.1
    done
    ((tries < 600)) || die "the collector did not start its capture within a minute"
    sleep 0.5 # libpcap discards what arrives before its filter is in place
}

collector_path() {
    [[ $LAB_TOOLS == busybox ]] || { echo "$PATH"; return; }
    mkdir -p "$work/busybox"
    busybox --install -s "$work/busybox"
    ln -sf "$(command -v busybox)" "$(command -v bpftool)" "$(command -v tcpdump)" "$work/busybox"
    echo "$work/busybox"
}

run_collector() {
    local interpreter path
    read -ra interpreter <<<"$LAB_SHELL"
    path=$(collector_path)
    # A clean environment, like that of a login on a node. The shell ignores SIGINT for what it runs in the
    # background, and the collector could not undo that. env can.
    exec timeout --kill-after=5 $((LAB_DURATION + 180)) \
        env --ignore-environment --default-signal=INT,QUIT \
        PATH="$lab/stand-ins:$path" HOME=/root LANG=C.UTF-8 \
        "${interpreter[@]}" "$work/bin/ghostmap-collect" --output "$work/out" --duration "$LAB_DURATION" \
        --interface any --gzip --nested --stand-in cilium-dbg --stand-in kubectl
}

collect() {
    local collector status=0
    pod_attempts >"$work/attempts-of-pod"
    node_attempts >"$work/attempts-of-node"
    run_collector >"$work/collector.stdout" &
    collector=$!
    if [[ -s $work/attempts-of-pod ]]; then
        await_capture "$collector"
        make_attempts "$work/attempts-of-pod" "$work/attempts-of-node"
    fi
    wait "$collector" || status=$?
    case $status in
        0) ;;
        3) say "the collector calls its bundle incomplete (exit status 3)" ;;
        *) die "the collector failed with exit status $status" ;;
    esac
}

# Copies to a temporary name first, so that half an archive is never found under the final one. The host opened
# the directories for us: in here their paths mean something else, or nothing.
publish() { # FILE DIRECTORY-FD NAME
    local temporary=/proc/self/fd/$2/.$3.$$
    cp -- "$1" "$temporary"
    mv -- "$temporary" "/proc/self/fd/$2/$3"
}

hand_out() {
    local archive name
    archive=$(tail -n 1 "$work/collector.stdout")
    [[ -f $archive ]] || die "the collector's last line names no archive: $archive"
    name=${LAB_NAME:+$LAB_NAME.tar.gz}
    name=${name:-$(basename -- "$archive")}
    if [[ -n $LAB_TRUTH ]]; then
        truth >"$work/truth.json"
        publish "$work/truth.json" 4 "$LAB_TRUTH"
    fi
    publish "$archive" 3 "$name"
    echo "$LAB_OUTPUT/$name"
}
