package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.UdpService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * SLB-16: a socket is connected to a backend that no longer exists. The socket programs translate only at connect(), so that
 * a connection, or a connected UDP socket, keeps its backend when that is removed. New connections are right.
 *
 * <p>Guards: a reverse_sk entry with the socket's own cookie shows the service that it asked for; no backends map of any
 * generation has the backend, and no endpoint slice has its address, if all slices were captured.
 */
final class PinnedSocket implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-16",
            CatalogEntry.Kind.NODE,
            Text.of("sockets are connected to a backend that no longer exists"),
            Set.of(Requirement.SERVICE_DUMPS),
            Severity.WARNING,
            Severity.WARNING,
            ConnectionManuals.PINNED_SOCKET);

    private static final String ESTABLISHED = "ESTAB";
    private static final int MAX_CITED = 8;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Set<Endpoint> held = incident.datapath().backends().values().stream()
                .flatMap(table -> table.values().stream())
                .map(Backend::endpoint)
                .collect(Collectors.toSet());
        Map<Endpoint, List<SocketProof>> pinned = new TreeMap<>();
        for (SocketProof proof : SocketProof.of(incident)) {
            Endpoint backend = proof.socket().remote();
            if (proof.socket().state().equals(ESTABLISHED)
                    && !held.contains(backend)
                    && isGone(incident, backend.address())
                    && isWhole(incident)) {
                pinned.computeIfAbsent(backend, at -> new ArrayList<>()).add(proof);
            }
        }
        return pinned.isEmpty() ? List.of() : List.of(finding(incident, pinned));
    }

    private static boolean isGone(Incident incident, IpAddress backend) {
        return incident.layers().isInAnySlice(backend).filter(named -> named).isEmpty();
    }

    /** A backends map that was not dumped whole can have what it seems to lack. */
    private static boolean isWhole(Incident incident) {
        return incident.datapath().backends().keySet().stream()
                .flatMap(map -> incident.datapath().generation(map).stream())
                .filter(Generation::isCurrent)
                .allMatch(map -> map.damage().isEmpty());
    }

    private static Finding.Draft finding(Incident incident, Map<Endpoint, List<SocketProof>> pinned) {
        List<SocketProof> proofs =
                pinned.values().stream().flatMap(List::stream).toList();
        List<Frontend> frontends = proofs.stream()
                .map(proof -> Frontend.external(
                        proof.entry().frontend(), proof.socket().protocol()))
                .distinct()
                .toList();
        boolean confirmed = incident.layers()
                .isInAnySlice(pinned.keySet().iterator().next().address())
                .isPresent();
        Names names = new Names(incident);
        return Finding.draft(ENTRY, Severity.WARNING, confirmed ? Confidence.CERTAIN : Confidence.LIKELY)
                .about(frontends.stream().map(Subject.Frontend::new).toList())
                .about(pinned.keySet().stream().map(Subject.Backend::new).toList())
                .about(proofs.stream()
                        .map(proof -> new Subject.Client(proof.socket().local().address()))
                        .distinct()
                        .toList())
                .title(Text.of(
                        "{} that asked for {} {} still connected to {}, a backend that no longer exists",
                        Text.count(proofs.size(), "socket", "sockets"),
                        names.services(frontends),
                        proofs.size() == 1 ? Text.of("is") : Text.of("are"),
                        Text.few(Terms.endpoints(pinned.keySet()))))
                .summary(Text.of(
                        "{}. {} has {}{}.",
                        Text.few(proofs.stream().map(PinnedSocket::text).toList()),
                        confirmed ? Text.of("No backends map and no endpoint slice") : Text.of("No backends map"),
                        Text.few(Terms.endpoints(pinned.keySet())),
                        datagrams(incident, pinned)))
                .explanation(List.of(
                        Text.of(
                                "A socket program translates only once, at connect(). A socket that was connected before its"
                                        + " backend was removed keeps that address as long as the application keeps the socket: many"
                                        + " applications keep a UDP socket to their DNS server for days. New connections of the same"
                                        + " client go to today's backends."),
                        Text.of(
                                "The maps are right. The socket has to change: the application has to connect again, or the agent has to"
                                        + " end such sockets, as releases from 1.13 on do if the kernel is built with"
                                        + " CONFIG_INET_DIAG_DESTROY.")))
                .supporting(proofs.stream()
                        .flatMap(proof -> proof.citations().stream())
                        .limit(MAX_CITED)
                        .toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the sockets are still connected there"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(Action.Look.SOCKETS_OF_NAMESPACES))
                        .check(Text.of(
                                "The addresses of this report are listed. Restart those clients: their new sockets are"
                                        + " translated to backends that exist."))));
    }

    private static Text text(SocketProof proof) {
        Text socket = Text.of(
                "{} socket {} asked for {} and is connected to {}",
                Term.word(proof.socket().protocol() == Protocol.UDP ? "UDP" : "TCP"),
                Term.endpoint(proof.socket().local()),
                Term.endpoint(proof.entry().frontend()),
                Term.endpoint(proof.socket().remote()));
        return proof.socket().cgroup().isEmpty()
                ? socket
                : socket.then(" (cgroup {})", Term.cgroup(proof.socket().cgroup()));
    }

    private static Text datagrams(Incident incident, Map<Endpoint, List<SocketProof>> pinned) {
        Optional<UdpService> unanswered = incident.traffic().services().stream()
                .filter(seen -> pinned.containsKey(seen.endpoint()))
                .filter(seen -> !seen.replies().containsKey(Reply.ANSWERED))
                .findFirst();
        return unanswered
                .map(seen -> Text.of(
                        "; {} to {} got no response",
                        Text.count(seen.requests(), "captured datagram", "captured datagrams"),
                        Term.endpoint(seen.endpoint())))
                .orElse(Text.NONE);
    }
}
