package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import java.util.List;
import java.util.Optional;

/**
 * One replay, program by program, with what the API server and the wire add to it.
 *
 * @param service {@code namespace/name}, if the API server's answers name it
 * @param peerNames what the application learns about its peer afterwards
 * @param observedSyns SYN frames to an address to which it leads
 */
record ReplayAccount(
        Replay replay,
        Optional<String> service,
        List<Turn> turns,
        List<PeerNameAccount> peerNames,
        boolean affected,
        long observedSyns) {

    /** One program's turn, with the services map and the backends map that it reads. */
    record Turn(Step step, List<Generation> reads) {

        /** Of all maps together: current services over old backends lead to the wrong address as well. */
        Currency currency() {
            return Currencies.ofAll(reads);
        }

        /** Whether it reads no services map, so that its effect is not known. */
        boolean isForeign() {
            return step.servicesMap().isEmpty();
        }

        boolean isServicesMap(Generation map) {
            return step.servicesMap().filter(id -> id == map.mapId()).isPresent();
        }

        /** The services map; the backends map only if it is current and the services are not, or the other way round. */
        List<Generation> decisive() {
            return reads.stream()
                    .filter(map ->
                            isServicesMap(map) || reads.stream().anyMatch(other -> other.currency() != map.currency()))
                    .toList();
        }

        boolean hasEntries() {
            return !step.options().isEmpty() || !step.rows().isEmpty();
        }
    }

    /** Whether the connection keeps the frontend's own address: no program translated it. */
    boolean isUntranslated(Disposition disposition) {
        return disposition instanceof Disposition.Connects connects
                && connects.endpoint().equals(replay.frontend().endpoint());
    }

    String text(Disposition disposition) {
        String text = disposition.text().plain();
        return isUntranslated(disposition) ? text + " (untranslated)" : text;
    }

    List<String> texts(List<Disposition> dispositions) {
        return dispositions.stream().map(this::text).toList();
    }
}
