package io.ghostmap.diagnosis;

import java.util.List;

/** One class of failure. Stateless; {@link #findings} is only called with everything that the entry requires. */
interface Rule {
    CatalogEntry entry();

    /** What it claims about the incident, from the first to name to the last; empty when it has nothing to say. */
    List<Finding.Draft> findings(Incident incident);
}
