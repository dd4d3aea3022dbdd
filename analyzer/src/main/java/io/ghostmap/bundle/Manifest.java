package io.ghostmap.bundle;

import java.util.List;
import java.util.Optional;

/**
 * What the collector says about its own run (format 1). Claims, like the rest of a bundle: times are the node's clock in
 * UTC, and a step's exit status is what the shell saw.
 *
 * @param collector name and version of the collector
 * @param standIns tools that were declared as stand-ins for the real ones, as in the lab
 * @param missing what the collector says the bundle lacks
 */
public record Manifest(
        String collector,
        String node,
        String bootId,
        String start,
        String end,
        String caseId,
        boolean interrupted,
        List<String> standIns,
        List<Gap> missing,
        List<Step> steps) {

    /** The only format that this reader knows. */
    public static final int FORMAT = 1;

    /**
     * One command of the collector.
     *
     * @param written what it wrote
     * @param exit its exit status; bpftool's mean zero or non-zero only
     * @param cut whether a limit cut the file, or a JSON document does not close
     * @param ran when; empty if the manifest does not say so
     */
    public record Step(Artifact written, int exit, boolean timedOut, boolean cut, Optional<UptimeSpan> ran) {}
}
