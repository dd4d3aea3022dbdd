package io.ghostmap.diagnosis;

import io.ghostmap.text.Text;

/**
 * Another explanation of the same facts.
 *
 * @param grounds what in the bundle speaks for or against it
 * @param decides what would settle it
 */
public record Rival(Kind kind, Stance stance, Text hypothesis, Text grounds, Text decides) {
    /** What else it could be. */
    public enum Kind {
        /** A service changed between two readings. */
        CHANGE_BETWEEN_READINGS,
        /** The answers passed an interface that was not captured. */
        ANSWER_NOT_CAPTURED,
        /** The client asked for the address itself. */
        DIRECT_CONNECT,
        /** The client itself drops the answer. */
        CLIENT_REFUSES,
        /** Rules of netfilter rewrote the destination. */
        NETFILTER,
        /** The backend is the right one, and dead. */
        DEAD_BACKEND,
        /** The agent leaves sockets of pods to the programs at their devices. */
        HOST_NETWORK_ONLY,
        /** The collector saw a part of the cgroup tree. */
        PARTIAL_CGROUP_TREE,
        /** What looks like another Cilium is a leftover of this node's own. */
        OWN_LEFTOVER
    }

    /** What the evidence says of it. */
    public enum Stance {
        EXCLUDED(Text.of("Excluded")),
        AGAINST(Text.of("Speaks against it")),
        /** The bundle does not decide. */
        OPEN(Text.of("Not excluded")),
        FOR(Text.of("Speaks for it"));

        private final Text words;

        Stance(Text words) {
            this.words = words;
        }
    }

    /** The stance and its grounds. */
    public Text verdict() {
        return Text.of("{}: {}", stance.words, grounds);
    }
}
