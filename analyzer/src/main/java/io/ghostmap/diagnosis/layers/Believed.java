package io.ghostmap.diagnosis.layers;

import io.ghostmap.evidence.agent.AgentFrontend;

/** What the agent believes of a frontend, by its own list. */
public sealed interface Believed {
    /** The list was not captured, or not whole and without this frontend. */
    record NotCaptured() implements Believed {}

    /** The list is whole and does not have it. */
    record Absent() implements Believed {}

    record Known(AgentFrontend frontend) implements Believed {}
}
