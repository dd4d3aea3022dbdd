package io.ghostmap.datapath.program;

import io.ghostmap.net.Endpoint;
import java.util.Optional;

/**
 * An address exchanged, and what the program notes of that, to be able to give the application the name that it asked for.
 *
 * @param program that does so
 * @param noted whether it notes it at all
 * @param notedIn the map that it writes to; empty where the program has none that is known
 * @param backend where it sends the socket: the entry's key, with the socket's cookie
 * @param asked the address that it saw, or took it for: the entry's value, with the service's id
 */
public record Rewrite(
        int program, boolean noted, Optional<Integer> notedIn, Endpoint backend, Endpoint asked, int serviceId) {}
