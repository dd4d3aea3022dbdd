package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Text;
import java.util.List;

/** Maps that lack room or entries, and sessions that outlive a backend. */
public final class MapManuals {
    /** SLB-12. */
    public static final Manual FULL = new Manual(
            Text.of(
                    "New services or new pods cannot be reached, while everything older works. The agent logs that an argument list is"
                            + " too long, or that a map is full."),
            Text.of(
                    "A hash map has a fixed number of entries. An update of a full map fails with E2BIG, and the agent tries again"
                            + " endlessly."),
            Text.of(
                    "A current map of services, backends, reverse NAT, affinity or source ranges has as many entries as it can have, or"
                            + " at least nine of ten. Frontends that the agent or Kubernetes has and the map lacks make it critical."),
            List.of(
                    Text.of(
                            "Maps that evict their oldest entries (LRU) are full by design: conntrack, NAT, sessions and reverse_sk are not"
                                    + " counted here."),
                    Text.of("The agent's metric of pressure counts differently.")),
            List.of(
                    Reference.cilium(28726),
                    Reference.cilium(23551, "at most 65,535 entries"),
                    Reference.cilium(
                            44835, "answers over UDP are not translated back while reverse_sk is nearly full")));

    /** SLB-17. */
    public static final Manual AFFINITY = new Manual(
            Text.of(
                    "One client repeatedly cannot reach a service, while all others can. After the timeout of its session, it can reach"
                            + " it again."),
            Text.of(
                    "With session affinity the program first looks up the client's session and takes its backend. It chooses another one"
                            + " only if that backend has no entry, but not if the backend does not answer or is about to end."),
            Text.of(
                    "A session of the service has a backend that is in the map but is ending or not ready according to the map or to a"
                            + " slice, and connections to that backend failed."),
            List.of(
                    Text.of("A session whose backend has no entry is ignored by the program."),
                    Text.of("It is not known to which pod a session of a network namespace belongs.")),
            List.of(Reference.cilium(26709), Reference.cilium(27096)));

    /** SLB-27. */
    public static final Manual MAGLEV = new Manual(
            Text.of(
                    "Connections from outside to a service fail on one node, while pods and the host of that node reach it."),
            Text.of(
                    "With Maglev the program at the device takes the backend from a table per service, which is an inner map of the map"
                            + " of tables. Without a table it finds no backend and drops the packet."),
            Text.of(
                    "A frontend of the current services map asks for Maglev and has backends, and the current map of tables has no entry"
                            + " for its id."),
            List.of(
                    Text.of(
                            "The socket programs do not use these tables, so they never explain failures of hosts and pods at the"
                                    + " socket."),
                    Text.of("Without a complete dump of the map of tables there is no finding.")),
            List.of(Reference.cilium(32391), Reference.cilium(38516), Reference.cilium(20625)));

    private MapManuals() {}
}
