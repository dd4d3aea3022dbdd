package io.ghostmap.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * SLB-01: a socket load-balancing program of an earlier agent is still attached and reads a generation that is no
 * longer maintained. Where it runs first, it decides: the current program only sees what the old one wrote.
 *
 * <p>Guards: programs that read the same maps are no two generations; a chain counts only with a map that is not
 * current; without packets that went to an address which only the old generation leads to, it stays a warning.
 */
final class OrphanedProgramFirst implements Rule {
    @Override
    public String id() {
        return "SLB-01";
    }

    @Override
    public Set<Requirement> requires() {
        return Set.of(Requirement.MAPS, Requirement.PROGRAMS, Requirement.ATTACHMENTS);
    }

    @Override
    public List<Finding> findings(Incident incident) {
        List<Finding> findings = new ArrayList<>();
        for (StaleChain chain : StaleChain.of(incident)) {
            String id = findings.isEmpty() ? id() : id() + "-" + (findings.size() + 1);
            findings.add(new StaleChainArgument(incident, chain).finding(id));
        }
        return findings;
    }
}
