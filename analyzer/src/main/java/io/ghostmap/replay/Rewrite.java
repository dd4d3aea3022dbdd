package io.ghostmap.replay;

import io.ghostmap.net.Endpoint;
import java.util.Optional;

/**
 * What a translating program notes of a socket, to tell its application the name that it asked for: the entry of a
 * reverse_sk map.
 *
 * @param program that notes it
 * @param reverseSkMap the map that it writes to; empty where the program has none that is known
 * @param backend where it sent the socket: the entry's key, with the socket's cookie
 * @param asked the address that it saw: the entry's value, with the service's id
 */
record Rewrite(int program, Optional<Integer> reverseSkMap, Endpoint backend, Endpoint asked, int revNatId) {}
