package io.ghostmap.diagnosis.wire;

import io.ghostmap.evidence.Interfaces;
import io.ghostmap.net.Endpoint;
import io.ghostmap.traffic.ConnectionAttempt;
import io.ghostmap.traffic.Direction;
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.Waypoint;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One attempt to connect: as its client sent it, and as it left after a translation on this node. */
public final class Journey {
    private final ConnectionAttempt asked;
    private final Optional<ConnectionAttempt> translated;
    private final Interfaces interfaces;

    Journey(ConnectionAttempt asked, Optional<ConnectionAttempt> translated, Interfaces interfaces) {
        this.asked = asked;
        this.translated = translated;
        this.interfaces = interfaces;
    }

    /** Where the attempt comes from. */
    public enum Origin {
        /** It came in through the node's end of a pod's veth pair. */
        POD,
        /** From the node's own network namespace. */
        NODE,
        /** It came in through another device of the node. */
        OUTSIDE,
        /** The capture does not have the names of devices, or not that of the one through which it came in. */
        NOT_KNOWN
    }

    public ConnectionAttempt asked() {
        return asked;
    }

    /** The same SYN with another client or server address, if one was captured. */
    public Optional<ConnectionAttempt> translated() {
        return translated;
    }

    public Endpoint client() {
        return asked.client();
    }

    /** What the client asked for. */
    public Endpoint server() {
        return asked.server();
    }

    /** Where the SYN went in the end. */
    public Endpoint destination() {
        return translated.orElse(asked).server();
    }

    public Origin origin() {
        Optional<Waypoint> entry = asked.paths().stream()
                .filter(passed -> passed.direction() == Direction.IN)
                .findFirst();
        if (entry.isPresent()) {
            return interfaces.isOfPod(entry.get().device()) ? Origin.POD : Origin.OUTSIDE;
        }
        return interfaces.addresses().contains(asked.client().address()) ? Origin.NODE : Origin.NOT_KNOWN;
    }

    /** The device through which it came in; empty if it began on the node or the capture does not show it. */
    public Optional<String> entry() {
        return asked.paths().stream()
                .filter(passed -> passed.direction() == Direction.IN)
                .map(Waypoint::device)
                .findFirst();
    }

    /** Whether its SYN was seen to leave through any device, with any addresses. */
    public boolean left() {
        return attempts().flatMap(attempt -> attempt.paths().stream()).anyMatch(Journey::isOut);
    }

    /** Whether the capture shows, for each of its SYNs, at which device it was seen. */
    public boolean isTraced() {
        return attempts()
                .allMatch(attempt -> !attempt.paths().isEmpty()
                        && attempt.paths().stream().allMatch(passed -> passed.direction() != Direction.UNKNOWN));
    }

    /** Whether the server was replaced by another one. */
    public boolean isSentElsewhere() {
        return !destination().equals(server());
    }

    /** The address that replaced the client's, as masquerading does. */
    public Optional<Endpoint> masqueradedAs() {
        return translated.map(ConnectionAttempt::client).filter(client -> !client.equals(asked.client()));
    }

    /** Whether a SYN-ACK was captured anywhere, even if the client did not get it. */
    public boolean isAnswered() {
        return attempts().anyMatch(attempt -> attempt.reply() == Reply.ANSWERED);
    }

    /** The attempt whose SYN-ACK was captured: the translated one if both were. */
    public Optional<ConnectionAttempt> answered() {
        return Stream.concat(translated.stream(), Stream.of(asked))
                .filter(attempt -> attempt.reply() == Reply.ANSWERED)
                .findFirst();
    }

    /** Whether the answer was seen to leave through the client's device, with the address that the client had asked for. */
    public boolean isAnswerDelivered() {
        return asked.reply() == Reply.ANSWERED && isAtClient(asked.replyPaths());
    }

    /** Whether the answer was seen there with the address of the backend that sent it. */
    public boolean isAnswerDeliveredUntranslated() {
        return isSentElsewhere()
                && translated
                        .filter(sent -> sent.reply() == Reply.ANSWERED && isAtClient(sent.replyPaths()))
                        .isPresent();
    }

    private boolean isAtClient(List<Waypoint> passed) {
        Predicate<Waypoint> towardClient = entry().<Predicate<Waypoint>>map(
                        device -> point -> isOut(point) && point.device().equals(device))
                .orElse(point -> !isOut(point));
        return passed.stream().anyMatch(towardClient);
    }

    /** Refused, unreachable, silent although watched, or asked again although an answer had passed. */
    public boolean isFailed() {
        return Journeys.isFailed(asked);
    }

    private Stream<ConnectionAttempt> attempts() {
        return Stream.concat(Stream.of(asked), translated.stream());
    }

    private static boolean isOut(Waypoint passed) {
        return passed.direction() == Direction.OUT;
    }
}
