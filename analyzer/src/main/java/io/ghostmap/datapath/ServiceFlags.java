package io.ghostmap.datapath;

/**
 * The flags of a frontend's entry that decide about an in-cluster connect; the rest does not matter here.
 *
 * @param twoScopes in-cluster clients look the frontend up again in the internal scope
 * @param l7 connections are redirected to a proxy; the entry has no slots of its own
 * @param nat46 IPv4 to IPv6 or back: never translated at the socket
 * @param guarded external IP or host port: translated only where the address is this host's
 * @param localRedirect a local redirect policy: some clients are exempt
 */
public record ServiceFlags(boolean twoScopes, boolean l7, boolean nat46, boolean guarded, boolean localRedirect) {}
