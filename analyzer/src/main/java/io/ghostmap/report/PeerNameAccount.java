package io.ghostmap.report;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an application learns about its peer at one reverse hook: each possible name, and what that name shows. */
record PeerNameAccount(PeerName peer, List<Name> names) {

    /** What a name says about where the connection goes. */
    enum Meaning {
        /** What the application asked for. */
        FRONTEND(Text.of("the address it asked for")),
        /** Where it is really connected to. */
        DESTINATION(Text.of("the address it is connected to")),
        OTHER(Text.of("neither the address it asked for nor the one it is connected to")),
        UNKNOWN(Text.NONE);

        private final Text text;

        Meaning(Text text) {
            this.text = text;
        }

        /** Empty for an unknown name. */
        Text text() {
            return text;
        }
    }

    /** One name, with its share of all connections under the same conditions. */
    record Name(Disposition name, Meaning meaning, double share, List<Condition> conditions) {
        /** The name, then its meaning. */
        Text text() {
            Text text = name.text();
            return meaning.text().isEmpty() ? text : text.then(", {}", meaning.text());
        }

        private Text conditional() {
            return conditions.isEmpty() ? text() : text().then(", if {}", ConditionText.and(conditions));
        }
    }

    static PeerNameAccount of(Replay replay, PeerName peer) {
        return new PeerNameAccount(peer, names(replay, peer));
    }

    /** Without the ends of the connections: several ends with the same name are one. */
    private static List<Name> names(Replay replay, PeerName peer) {
        record Same(Disposition name, Meaning meaning, List<Condition> conditions) {}
        Map<Same, Double> shares = new LinkedHashMap<>();
        for (PeerName.Seen seen : peer.seen()) {
            shares.merge(new Same(seen.name(), meaning(replay, seen), seen.conditions()), seen.share(), Double::sum);
        }
        return shares.entrySet().stream()
                .map(same ->
                        new Name(same.getKey().name, same.getKey().meaning, same.getValue(), same.getKey().conditions))
                .toList();
    }

    private static Meaning meaning(Replay replay, PeerName.Seen seen) {
        if (!(seen.name() instanceof Disposition.Connects name)) {
            return Meaning.UNKNOWN;
        }
        Endpoint asked = replay.frontend().endpoint();
        if (name.endpoint().equals(asked)) {
            return Meaning.FRONTEND;
        }
        return seen.end() instanceof Disposition.Connects end
                        && end.endpoint().unmapped().equals(name.endpoint())
                ? Meaning.DESTINATION
                : Meaning.OTHER;
    }

    /** In one sentence, without its full stop. */
    Text sentence(boolean affected) {
        boolean hides = affected && names.stream().allMatch(name -> name.meaning == Meaning.FRONTEND);
        Text text = Text.of(
                "at {} the application sees {}",
                Terms.of(peer.hook().attachType()),
                Text.join("; or ", names.stream().map(Name::conditional).toList()));
        return hides ? text.then(": it cannot see where its connection goes") : text;
    }
}
