package io.ghostmap.datapath.program;

import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;

/**
 * What a program is asked.
 *
 * @param hook where it is attached
 * @param address that it sees: where the socket is to go, or who its peer is
 * @param protocol of the socket
 * @param given what was taken for given before it runs
 * @param cookie what the programs before it have shown of the socket's cookie
 * @param citing whether the answer needs the map entries that decided: few of a large node's answers are shown
 */
public record Question(
        AttachType hook, Endpoint address, Protocol protocol, Conditions given, SocketCookie cookie, boolean citing) {
    /** The same under other conditions. */
    public Question given(Conditions other) {
        return new Question(hook, address, protocol, other, cookie, citing);
    }
}
