package io.ghostmap.datapath;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * One map of a role on this kernel. If there are several, they are generations: the agent writes to one of them, and the
 * others keep what they held when it stopped writing to them.
 *
 * @param order 1 is the oldest of its role
 * @param basis why it is or is not current
 * @param reasons why it is, or is not, current; each cited
 * @param programs ids of the programs that reference it
 * @param attachments the hooks at which those programs run
 * @param entries rows of its dump; empty if it was not dumped
 * @param damage why its content cannot be relied on; empty if it can
 * @param agreement a current services map compared with Cilium's own list, if both were captured
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
        /** Signs of the agent (its pin, its open file, its list of services), which do not contradict each other. */
        SIGNS,
        /** There is no other map of that role. */
        ONLY_MAP,
        /** No sign; a pin in a better place or age decides. */
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

    /** Whether its content was captured, whole or in part. */
    public boolean usable() {
        return entries.isPresent();
    }
}
