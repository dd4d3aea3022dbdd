package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Step;
import io.ghostmap.text.Text;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One replay, program by program, with what the API server and the capture add to it.
 *
 * @param service {@code namespace/name}, if the API server's answers have it
 * @param peerNames what the application learns about its peer afterwards
 * @param observedSyns SYN frames to the addresses to which it goes
 */
record ReplayAccount(
        Replay replay,
        Optional<String> service,
        List<Turn> turns,
        List<PeerNameAccount> peerNames,
        boolean affected,
        long observedSyns) {

    /** What reaches a program of the connection. */
    enum Sees {
        /** Addresses, about which it decides. */
        ADDRESSES,
        /**
         * An earlier program of the hook has refused it. The kernel runs all programs of a hook whatever the earlier ones
         * returned ({@code bpf_prog_run_array_cg}), and the refusal stays.
         */
        REFUSED,
        /** What an earlier program did is not known. */
        UNKNOWN
    }

    /** One program's turn, with the services map and the backends map that it reads. */
    record Turn(Step step, List<Generation> reads, Sees sees) {

        /** Of all maps together: with current services and old backends, a connection goes to the wrong address as well. */
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

        /** Without what is only assumed of a program that is not the load balancer's. */
        Set<Effect> knownEffects() {
            Set<Effect> effects = effects();
            return isForeign() && effects.equals(EnumSet.of(Effect.PASSES)) ? EnumSet.noneOf(Effect.class) : effects;
        }

        /** What it does to the connections that it sees, in the order of the enum; none if it sees none. */
        Set<Effect> effects() {
            if (step.passes() && !step.after().isEmpty()) {
                return EnumSet.of(Effect.PASSES);
            }
            Set<Effect> effects = EnumSet.noneOf(Effect.class);
            if (!step.after().isEmpty() && step.after().stream().allMatch(Disposition.Connects.class::isInstance)) {
                effects.add(Effect.REWRITES); // at least one, or all would leave as they came
            }
            for (Disposition after : step.after()) {
                if (after instanceof Disposition.Connects connects) {
                    effects.add(step.before().contains(connects.endpoint()) ? Effect.PASSES : Effect.REWRITES);
                } else {
                    effects.add(after instanceof Disposition.Refused ? Effect.REFUSES : Effect.UNKNOWN);
                }
            }
            return effects;
        }
    }

    /** What a program can do to a connection. */
    enum Effect {
        PASSES,
        REWRITES,
        REFUSES,
        UNKNOWN
    }

    /** Whether the connection keeps the frontend's own address: no program translated it. */
    boolean isUntranslated(Disposition disposition) {
        return disposition instanceof Disposition.Connects connects
                && connects.endpoint().equals(replay.frontend().endpoint());
    }

    Text text(Disposition disposition) {
        Text text = disposition.text();
        return isUntranslated(disposition) ? text.then(" (untranslated)") : text;
    }

    List<Text> texts(List<Disposition> dispositions) {
        return dispositions.stream().map(this::text).toList();
    }

    /** Whether connect() fails whatever is not known, so that no packet leaves. */
    boolean isRefused() {
        return replay.outcome().stream().allMatch(Disposition.Refused.class::isInstance);
    }
}
