# The cluster's state: what the maps will hold and what the stand-ins will answer.
# shellcheck shell=bash

readonly pod_name=log-shipper-x7k2q
readonly pod_uid=5d1f0c7e-8a34-4c1b-9b0e-2f6a7d3c9e41
readonly agent_uid=0b6f2c11-42d7-4a58-8f5d-6c1e9a0d7b32
readonly container_id=9f2c41d7be0a53c86e1f7d249ab05c3e8d6f10b7a4925ce3810f6b7d42ea95c1
readonly endpoint_id=1847
readonly pod_device=lxc1f4c2a90b7d3

# The node's own address in the range of its pods, the gateway of each: the first that is still free.
router_address() {
    local host
    for host in 1 254 253 252 251; do
        case ${LAB_CLIENT%.*}.$host in
            "$LAB_CLIENT" | "${LAB_FRONTEND%:*}" | "${LAB_STALE%:*}" | "${LAB_LIVE%:*}") ;;
            *) echo "${LAB_CLIENT%.*}.$host" && return ;;
        esac
    done
}

# The log of the agent's container, where containerd keeps it. Its only line says that no agent wrote it.
write_agent_log() {
    local folder=/var/log/pods/kube-system_cilium-w7m4d_$agent_uid/cilium-agent now
    now=$(date -u +%Y-%m-%dT%H:%M:%S)
    mkdir -p "$folder"
    printf '%s.000000000Z stderr F time=%s.000Z level=info msg="%s" module=ghostmap-lab\n' "$now" "$now" \
        'Ghostmap lab stand-in: no Cilium agent is running, nothing was logged' >"$folder/0.log"
}

invent_cluster() {
    router=$(router_address)
    awk -v dir="$cluster" -v seed="$LAB_SEED" -v services="$LAB_SERVICES" -v frontend="$LAB_FRONTEND" \
        -v stale="$LAB_STALE" -v live="$LAB_LIVE" -v client="$LAB_CLIENT" -v router="$router" \
        -f "$lab/cluster/plan.awk"
    # For the stand-ins, which are programs of their own.
    cat >"$cluster/facts" <<EOF
node=$node
node_address=$node_address
client=$LAB_CLIENT
pod_name=$pod_name
pod_uid=$pod_uid
agent_uid=$agent_uid
container_id=$container_id
endpoint_id=$endpoint_id
pod_device=$pod_device
EOF
}
