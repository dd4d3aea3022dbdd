package io.ghostmap.diagnosis;

/** How far the evidence carries a finding. */
public enum Confidence {
    /** Independent sources agree: maps, run order and packets. */
    CERTAIN,
    /** The maps and the run order say so; packets neither confirm nor contradict. */
    LIKELY,
    /** Only one source says so, or a part of the evidence is missing. */
    POSSIBLE
}
