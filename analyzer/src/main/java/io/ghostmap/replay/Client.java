package io.ghostmap.replay;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The socket that connects, as far as a load balancer distinguishes sockets.
 *
 * @param netnsCookie of the network namespace that the socket belongs to
 * @param inHostNetns whether that is the node's own
 */
public record Client(OptionalLong netnsCookie, Optional<Boolean> inHostNetns) {
    /** Any client of a cgroup: whatever depends on the client becomes a condition. */
    public static final Client UNKNOWN = new Client(OptionalLong.empty(), Optional.empty());

    /** What is known of it before any program is asked. */
    Conditions known() {
        List<Condition> facts = new ArrayList<>();
        netnsCookie.ifPresent(cookie -> facts.add(Condition.ClientInNamespace.of(List.of(cookie))));
        Condition onHost = new Condition.ClientOnHost();
        inHostNetns.ifPresent(host -> facts.add(host ? onHost : onHost.complement()));
        return Conditions.knowing(facts);
    }
}
