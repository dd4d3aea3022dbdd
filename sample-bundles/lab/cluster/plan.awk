# Invents a cluster around the founding incident, the same for the same seed, and writes into `dir`:
#
#   live.plan, stale.plan   what the maps of each generation hold (see control/fill.c), with the
#                           Kubernetes names:
#                             backend ID ADDRESS PORT PROTOCOL POD NODE
#                             service REVNAT-ID ADDRESS PORT PROTOCOL BACKEND-IDS NAMESPACE NAME PORT-NAME
#   living                  the addresses that answer
#   differing, only-stale, only-live    frontends by how the generations disagree about them
#   picks                   the services that the pod will connect to: KIND ADDRESS PORT
#
# Variables: dir seed services frontend stale live client router

BEGIN {
    # Park and Miller's generator: the random numbers of one awk are not those of another.
    random_state = seed * 7919 % 2147483646 + 1
    for (i = 0; i < 8; i++) random(2)

    id_shift = (seed - 1) * 37 % 500 # another seed is another node: its ids differ too
    split(frontend, F, ":"); split(stale, S, ":"); split(live, L, ":")
    vip_prefix = prefix_of(F[1]); pod_prefix = prefix_of(L[1])
    own_pods = third_octet(client) # addresses of this node's pods; the cluster's others live elsewhere
    used[F[1]] = used[S[1]] = used[L[1]] = used[client] = used[router] = 1

    invent_services()
    choose_disagreements()
    number_live()
    number_stale()
    write_picks()
}

function random(n) {
    random_state = random_state * 16807 % 2147483647
    return int(random_state / 8) % n
}

function prefix_of(address,  o) { split(address, o, "."); return o[1] "." o[2] "." }
function third_octet(address,  o) { split(address, o, "."); return o[3] }

function new_vip(  a) {
    do a = vip_prefix random(256) "." (1 + random(254)); while (a in used)
    used[a] = 1
    return a
}

function new_pod_address(  octet, a) {
    do {
        octet = 100 + random(100)
        a = pod_prefix octet "." (2 + random(252))
    } while (a in used || octet == own_pods)
    used[a] = 1
    return a
}

# ---- services: name, VIP, ports and pods ------------------------------------------------------------

function add_port(s, name, port, target) {
    port_count[s]++
    port_name[s, port_count[s]] = name
    port_number[s, port_count[s]] = port
    target_port[s, port_count[s]] = target
}

function add_pod(s, address) { pod[s, ++pod_count[s]] = address }

function invent_services(  frontends, s, p, k, ports, names, suffixes, spaces, kinds) {
    split("http 80|https 443|http 8080|https 8443|grpc 50051|otlp 4317|postgres 5432|redis 6379|mysql 3306|mongo 27017|search 9200|api 8500", kinds, "|")
    split("account audit basket billing catalog checkout consent content coupon customer delivery document feed fraud geo identity image inventory invoice ledger lookup mail media notify offer order payment price profile quota rating refund report review risk search session shipment stock tax token user voucher wallet", names, " ")
    split("api backend cache db events gateway index queue store worker", suffixes, " ")
    split("commerce platform payments search identity messaging reporting media", spaces, " ")

    space[0] = "observability"; name[0] = "ingest-gateway"; vip[0] = F[1]
    second_port = F[2] == 18000 ? 18001 : 18000
    add_port(0, "http", F[2], L[2])
    add_port(0, "grpc", second_port, second_port)
    add_pod(0, L[1])

    for (frontends = 2; frontends < services; frontends += port_count[s]) {
        s = ++last_service
        name[s] = names[1 + s % 43] "-" suffixes[1 + int(s / 43) % 10] (s < 430 ? "" : "-" int(s / 430))
        space[s] = spaces[1 + random(8)]
        vip[s] = new_vip()
        split(kinds[1 + random(12)], k, " ")
        add_port(s, k[1], k[2], k[2])
        if (random(8) == 0 && frontends + 2 <= services) add_port(s, "metrics", 9090, 9090)
        for (p = 1 + random(4); p > 0; p--) add_pod(s, new_pod_address())
    }
}

# ---- how the generations disagree ---------------------------------------------------------------------

function unmarked(  s) {
    do s = 1 + random(last_service); while (mark[s] != "")
    return s
}

function choose_disagreements(  i, s) {
    mark[0] = "replaced"
    for (i = 0; i < 3; i++) { s = unmarked(); mark[s] = "replaced"; if (i == 0) pick_differing = s }
    for (i = 0; i < 2; i++) { s = unmarked(); mark[s] = "partly"; if (pod_count[s] < 2) add_pod(s, new_pod_address()) }
    s = unmarked(); mark[s] = "empty"; pick_empty = s # scaled to zero when the old maps were abandoned
    mark[unmarked()] = "only-live" # created since
    for (i = 0; i < 2; i++) {      # deleted since
        s = ++last_service
        mark[s] = "only-stale"
        name[s] = "legacy-" (i == 0 ? "import" : "export"); space[s] = "reporting"; vip[s] = new_vip()
        add_port(s, "http", 8080, 8080)
        add_pod(s, new_pod_address())
    }
}

# The pods that the old maps have for a service. Those that the live maps do not have are dead.
function stale_pod(s, p) {
    if (s == 0) return S[1]
    if (mark[s] == "replaced" || (mark[s] == "partly" && p == 1)) {
        if (!((s, p) in old_pod)) old_pod[s, p] = new_pod_address()
        return old_pod[s, p]
    }
    return pod[s, p]
}

# ---- plans --------------------------------------------------------------------------------------------

# A name for a pod, and the node that it runs on: both follow from its service and its address.
function pod_name(s, address,  o) {
    split(address, o, ".")
    return name[s] sprintf("-%05x%04x-%02x%03x", (s * 7919 + 1315423) % 1048576, s * 31 + 4096, o[4], o[3] * 37 % 4096)
}
function node_name(address,  n) {
    n = 1 + third_octet(address) % 30
    return "worker-" (n >= 7 ? n + 1 : n) # worker-7 is the node of the incident
}

function write_backend(file, id, s, address, port) {
    print "backend", id, address, port, "tcp", pod_name(s, address), node_name(address) > file
}

function write_service(file, id, s, f, ids) {
    print "service", id, vip[s], port_number[s, f], "tcp", (ids == "" ? "-" : ids), space[s], name[s], port_name[s, f] > file
}

function frontend_of(s, f) { return vip[s] ":" port_number[s, f] "/TCP" }

# The founding service keeps the ids of the ticket: 408 and 407, backends 996 and 995.
function number_live(  file, s, f, p, ids, rev_nat, backend, id) {
    file = dir "/live.plan"
    rev_nat = 110 + id_shift; backend = 380 + id_shift
    for (f = 1; f <= 2; f++) {
        write_backend(file, 997 - f + id_shift, 0, pod[0, 1], target_port[0, f])
        write_service(file, 409 - f + id_shift, 0, f, 997 - f + id_shift)
    }
    printf "" > (dir "/living")
    print pod[0, 1] > (dir "/living")
    for (s = 1; s <= last_service; s++) {
        if (mark[s] == "only-stale") continue
        for (p = 1; p <= pod_count[s]; p++) print pod[s, p] > (dir "/living")
        for (f = 1; f <= port_count[s]; f++) {
            ids = ""
            for (p = 1; p <= pod_count[s]; p++) {
                if (backend == 995 + id_shift) backend += 2
                write_backend(file, backend, s, pod[s, p], target_port[s, f])
                ids = ids (p > 1 ? "," : "") backend++
            }
            if (rev_nat == 407 + id_shift) rev_nat += 2
            write_service(file, rev_nat++, s, f, ids)
        }
    }
    close(file); close(dir "/living")
}

# An agent that loses its pinned maps assigns new ids. Here it does so in the opposite order, so that an id of one
# generation means something else in the other.
function number_stale(  file, s, f, p, ids, rev_nat, backend) {
    file = dir "/stale.plan"
    rev_nat = 31 + id_shift; backend = 57 + id_shift
    printf "" > (dir "/differing"); printf "" > (dir "/only-stale"); printf "" > (dir "/only-live")
    for (s = last_service; s >= 0; s--)
        for (f = 1; f <= port_count[s]; f++) {
            if (mark[s] == "only-live") { print frontend_of(s, f) > (dir "/only-live"); continue }
            if (mark[s] == "only-stale") print frontend_of(s, f) > (dir "/only-stale")
            else if (mark[s] != "") print frontend_of(s, f) > (dir "/differing")
            ids = ""
            for (p = 1; p <= pod_count[s] && mark[s] != "empty"; p++) {
                write_backend(file, backend, s, stale_pod(s, p), s == 0 && f == 1 ? S[2] : target_port[s, f])
                ids = ids (p > 1 ? "," : "") backend++
            }
            write_service(file, rev_nat++, s, f, ids)
        }
    close(file)
}

function write_pick(kind, s) { print kind, vip[s], port_number[s, 1] > (dir "/picks") }

function write_picks(  i, s) {
    write_pick("founding", 0)
    write_pick("differing", pick_differing)
    write_pick("empty", pick_empty)
    for (i = 0; i < 4; i++) { s = unmarked(); mark[s] = "picked"; write_pick("equal", s) }
}
