package io.ghostmap.datapath.program;

/**
 * One thing that a program can do.
 *
 * @param share how likely it is among those under the same conditions, 0 to 1
 * @param given what it takes for given, with what the question took
 * @param cookie what is known of the socket's cookie once the program has chosen this
 */
public record Choice(Decision decision, double share, Conditions given, SocketCookie cookie) {}
