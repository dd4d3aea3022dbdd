package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * One map of a role on this kernel. Several at once are generations: the agent writes to one of them, the others are
 * frozen at the moment when it stopped.
 *
 * @param order 1 is the oldest of its role
 * @param basis what the currency rests on
 * @param reasons why it is, or is not, current; each cited
 * @param programs ids of the programs that reference it
 * @param attachments where those programs run
 * @param entries rows of its dump; empty where it was not dumped
 * @param damage why its content cannot be relied on, where that is so
 * @param agreement a services map against Cilium's own list, where both were captured
 */
public record Generation(
        MapRole role,
        BpfMap map,
        int order,
        Currency currency,
        Basis basis,
        List<Reason> reasons,
        List<Integer> programs,
        List<Attachment> attachments,
        Optional<Integer> entries,
        Optional<Text> damage,
        Optional<Agreement> agreement) {

    /** Whether the agent works on it. */
    public enum Currency {
        CURRENT,
        NOT_CURRENT,
        UNKNOWN
    }

    /** How well it is known which map of a role is current. */
    public enum Basis {
        /** Signs of the agent: its pin, its open file, its list of services; none contradicts another. */
        SIGNS,
        /** There is no other map of that role. */
        ONLY_MAP,
        /** Nothing but age speaks. */
        AGE,
        /** The signs name different maps. */
        CONTRADICTION
    }

    public int mapId() {
        return map.id();
    }

    public boolean isCurrent() {
        return currency == Currency.CURRENT;
    }

    public boolean isNotCurrent() {
        return currency == Currency.NOT_CURRENT;
    }

    /** Whether its content is there, whole or in part. */
    public boolean usable() {
        return entries.isPresent();
    }
}
