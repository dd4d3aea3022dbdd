package io.ghostmap.datapath.program;

/**
 * Releases of a load balancer whose programs decide alike.
 *
 * @param product whose releases they are
 * @param versions which, for people, as {@code 1.13 to 1.15}
 */
public record Release(String product, String versions) {}
