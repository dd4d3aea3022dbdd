package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.evidence.Socket;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Proof of which program translated a socket: under the kernel's number for the socket, that program and no other has
 * noted what the application had asked for.
 *
 * @param mapId the reverse_sk map that holds the entry
 * @param programs that write to it, of those on forward hooks
 */
record SocketProof(Socket socket, int mapId, ReverseSkEntry entry, List<Integer> programs) {

    /** One for each socket with an entry, in the order of the list of sockets. */
    static List<SocketProof> of(Incident incident) {
        Map<Integer, List<Integer>> writers = new HashMap<>();
        List<SocketProof> proofs = new ArrayList<>();
        for (Socket socket : incident.evidence().network().sockets().all()) {
            incident.datapath()
                    .reverseSk()
                    .forEach((mapId, entries) -> entries.getOrDefault(socket.remote(), List.of()).stream()
                            .filter(entry -> entry.cookie() == socket.cookie())
                            .findFirst()
                            .ifPresent(entry -> proofs.add(new SocketProof(
                                    socket,
                                    mapId,
                                    entry,
                                    writers.computeIfAbsent(mapId, id -> writers(incident, id))))));
        }
        return List.copyOf(proofs);
    }

    private static List<Integer> writers(Incident incident, int reverseSk) {
        return incident.hooks().stream()
                .filter(hook -> hook.attachType().translatesForward())
                .flatMap(hook -> hook.programs().stream())
                .filter(program -> program.view()
                        .filter(view -> view.maps().contains(reverseSk))
                        .isPresent())
                .map(program -> program.programId())
                .distinct()
                .sorted()
                .toList();
    }

    boolean isOf(int programId) {
        return programs.contains(programId);
    }

    Text text(Datapath datapath) {
        Optional<Generation> generation = datapath.generation(mapId);
        return Text.of(
                "The kernel's own record of one socket proves it: socket {} > {} has cookie {}, and under that cookie {} map {}"
                        + " says that the application asked for {}. Only {} to that map.",
                Term.endpoint(socket.local()),
                Term.endpoint(socket.remote()),
                Term.word(Long.toHexString(socket.cookie())),
                generation.filter(Generation::isNotCurrent).isPresent()
                        ? Text.of("stale reverse_sk")
                        : Text.of("reverse_sk"),
                Term.map(mapId),
                Term.endpoint(entry.frontend()),
                programs.size() == 1
                        ? Text.of("program {} writes", Term.program(programs.get(0)))
                        : Text.of("programs {} write", Text.and(Terms.programs(programs))));
    }

    List<Citation> citations() {
        return List.of(socket.source(), entry.source());
    }
}
