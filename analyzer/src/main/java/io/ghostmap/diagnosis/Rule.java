package io.ghostmap.diagnosis;

import java.util.List;
import java.util.Set;

/** One class of failure. Stateless; {@link #findings} is only called with everything that it requires. */
interface Rule {
    /** The catalogue's id. */
    String id();

    Set<Requirement> requires();

    /** What it claims about the case; empty when it has nothing to say. */
    List<Finding> findings(Incident incident);
}
