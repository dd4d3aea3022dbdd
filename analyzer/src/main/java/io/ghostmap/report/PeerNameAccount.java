package io.ghostmap.report;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Replay;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an application learns about its peer at one reverse hook: each possible name, and what that name gives away. */
record PeerNameAccount(PeerName peer, List<Name> names) {

    /** What a name says about where the connection goes. */
    enum Tells {
        /** What the application asked for. */
        FRONTEND("what it asked for"),
        /** Where it is really connected to. */
        DESTINATION("where it is connected to"),
        OTHER("neither what it asked for nor where it is connected to"),
        UNKNOWN("");

        private final String meaning;

        Tells(String meaning) {
            this.meaning = meaning;
        }

        /** Empty for an unknown name. */
        String meaning() {
            return meaning;
        }
    }

    /** One name, with the share of all connects under the same conditions. */
    record Name(Disposition name, Tells tells, double share, List<Condition> conditions) {
        /** With its meaning after it. */
        String text() {
            return name.text().plain() + (tells.meaning().isEmpty() ? "" : ", " + tells.meaning());
        }
    }

    static PeerNameAccount of(Replay replay, PeerName peer) {
        return new PeerNameAccount(peer, names(replay, peer));
    }

    /** Without the ends of the connections: what is the same name for several is one. */
    private static List<Name> names(Replay replay, PeerName peer) {
        record Same(Disposition name, Tells tells, List<Condition> conditions) {}
        Map<Same, Double> shares = new LinkedHashMap<>();
        for (PeerName.Told told : peer.told()) {
            shares.merge(new Same(told.name(), tells(replay, told), told.conditions()), told.share(), Double::sum);
        }
        return shares.entrySet().stream()
                .map(same ->
                        new Name(same.getKey().name, same.getKey().tells, same.getValue(), same.getKey().conditions))
                .toList();
    }

    private static Tells tells(Replay replay, PeerName.Told told) {
        if (!(told.name() instanceof Disposition.Connects name)) {
            return Tells.UNKNOWN;
        }
        Endpoint asked = replay.frontend().endpoint();
        if (name.endpoint().equals(asked)) {
            return Tells.FRONTEND;
        }
        return told.end() instanceof Disposition.Connects end
                        && end.endpoint().unmapped().equals(name.endpoint())
                ? Tells.DESTINATION
                : Tells.OTHER;
    }

    /** In one sentence, without its full stop. */
    String sentence(boolean affected) {
        boolean hides = affected && names.stream().allMatch(name -> name.tells == Tells.FRONTEND);
        return peer.hook().attachType().shortName() + " tells the application "
                + names.stream()
                        .map(name -> name.text()
                                + (name.conditions.isEmpty()
                                        ? ""
                                        : ", if " + String.join(", and ", ConditionText.of(name.conditions))))
                        .collect(Collectors.joining("; or "))
                + (hides ? ": its name does not betray where the connection goes" : "");
    }
}
